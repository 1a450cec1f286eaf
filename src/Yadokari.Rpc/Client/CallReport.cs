namespace Yadokari.Rpc.Client;

/// <summary>What became of a call on its way: <c>request.Options.TryGetValue(YadokariHandler.Report, out …)</c>.</summary>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="Moves">How often it was answered "moved".</param>
public sealed record CallReport(int Attempts, int Moves);
