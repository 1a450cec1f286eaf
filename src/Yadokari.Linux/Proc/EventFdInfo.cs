namespace Yadokari.Linux.Proc;

/// <summary>State of an eventfd(2).</summary>
/// <param name="Count">The counter.</param>
/// <param name="Id">Identity of the eventfd on this host, equal for every descriptor of it; −1 on old kernels.</param>
/// <param name="Semaphore">EFD_SEMAPHORE.</param>
public sealed record EventFdInfo(ulong Count, int Id, bool Semaphore);
