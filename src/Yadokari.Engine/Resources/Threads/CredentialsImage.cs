namespace Yadokari.Engine.Resources.Threads;

/// <summary>User, groups and capabilities (credentials(7), capabilities(7)), as numbers of the process's own user namespace.</summary>
public sealed record CredentialsImage
{
    public required IReadOnlyList<uint> Uids { get; init; }

    public required IReadOnlyList<uint> Gids { get; init; }

    public required IReadOnlyList<uint> Groups { get; init; }

    public required ulong Inheritable { get; init; }

    public required ulong Permitted { get; init; }

    public required ulong Effective { get; init; }

    public required ulong Bounding { get; init; }

    public required ulong Ambient { get; init; }

    /// <summary>PR_GET_SECUREBITS.</summary>
    public required int SecureBits { get; init; }
}
