namespace Yadokari.Rpc.Tests.State;

/// <summary>A value of its own, by what is public in it.</summary>
public sealed record Account(string Owner, decimal Balance, DateTime Since);
