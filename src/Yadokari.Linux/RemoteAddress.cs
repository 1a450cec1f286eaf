namespace Yadokari.Linux;

/// <summary>
/// An address in another process. It cannot be dereferenced here by accident: only calls that
/// name the process (process_vm_readv, /proc/PID/mem, ptrace) take one.
/// </summary>
public readonly record struct RemoteAddress(ulong Value) : IComparable<RemoteAddress>
{
    /// <summary>Bytes in one page of x86-64.</summary>
    public const int PageSize = 4096;

    /// <summary>Bytes of the pages that so many bytes need.</summary>
    public static ulong WholePages(ulong bytes) => (bytes + PageSize - 1) / PageSize * PageSize;

    /// <inheritdoc cref="WholePages(ulong)"/>
    public static long WholePages(long bytes) => (bytes + PageSize - 1) / PageSize * PageSize;

    public static RemoteAddress operator +(RemoteAddress address, ulong bytes) => new(address.Value + bytes);

    public static ulong operator -(RemoteAddress left, RemoteAddress right) => left.Value - right.Value;

    public static bool operator <(RemoteAddress left, RemoteAddress right) => left.Value < right.Value;

    public static bool operator >(RemoteAddress left, RemoteAddress right) => left.Value > right.Value;

    public static bool operator <=(RemoteAddress left, RemoteAddress right) => left.Value <= right.Value;

    public static bool operator >=(RemoteAddress left, RemoteAddress right) => left.Value >= right.Value;

    public int CompareTo(RemoteAddress other) => Value.CompareTo(other.Value);

    public override string ToString() => $"0x{Value:x}";
}
