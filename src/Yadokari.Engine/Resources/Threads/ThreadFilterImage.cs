namespace Yadokari.Engine.Resources.Threads;

/// <summary>A seccomp filter of a thread.</summary>
/// <param name="Program">struct sock_filter, 8 bytes each.</param>
/// <param name="Logs">SECCOMP_FILTER_FLAG_LOG.</param>
public sealed record ThreadFilterImage(byte[] Program, bool Logs);
