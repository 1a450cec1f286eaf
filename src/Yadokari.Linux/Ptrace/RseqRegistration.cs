namespace Yadokari.Linux.Ptrace;

/// <summary>What a thread told rseq(2): where its area is, how long, and the abort signature.</summary>
public readonly record struct RseqRegistration(RemoteAddress Address, uint Size, uint Signature);
