namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The name of a unix socket with a file, as it is given again.</summary>
/// <param name="Id">Of the socket, which no other of the job has.</param>
/// <param name="Type">SOCK_* number.</param>
/// <param name="Path">As the program said it when it bound the socket.</param>
/// <param name="Directory">Where a relative path starts; null: of any other name, or where its file is not by that name any more.</param>
/// <param name="RenamedTo">Where its file has been moved to; null: nowhere.</param>
/// <param name="Owner">Whose the file is; null: it has been removed.</param>
internal readonly record struct UnixName(ulong Id, int Type, string Path, string? Directory, string? RenamedTo, FileOwnerImage? Owner)
{
    /// <summary>It is relative, and where it started nothing depends on it any more: so it may start anywhere.</summary>
    public bool IsAside => !Path.StartsWith('/') && Directory is null;

    /// <summary>Nothing but its own directory leads to the file by this name, or not for long.</summary>
    public bool IsPassing => !Path.StartsWith('/') || RenamedTo is not null || Owner is null;

    /// <summary>The file alone, to compare.</summary>
    public UnixName File => this with { Id = 0, Type = 0, Owner = null };

    public static UnixName? Of(SocketImage image) =>
        image.Path is null ? null : new UnixName(image.Id, image.Type, image.Path, image.Directory, image.RenamedTo, image.PathOwner);

    public static UnixName? Of(UnixPairImage image) =>
        image.Path is null ? null : new UnixName(image.Id, image.Type, image.Path, image.Directory, image.RenamedTo, image.PathOwner);
}
