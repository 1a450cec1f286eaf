namespace Yadokari.Rpc.Client;

/// <summary>What became of a call on its way: <c>request.Options.TryGetValue(YadokariHandler.Report, out …)</c>.</summary>
/// <param name="Attempts">How often it was sent.</param>
/// <param name="Moves">How many moves it met: it was answered "moved", or was held where the service was about to be.</param>
public sealed record CallReport(int Attempts, int Moves);
