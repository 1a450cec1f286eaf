namespace Yadokari.Daemon.Moves;

/// <summary>How often a silent host is asked again.</summary>
/// <param name="First">Before the second question; doubles each time.</param>
/// <param name="Longest">The most between two questions.</param>
/// <param name="ReleasePatience">How long a command waits for a committed target before it says so and ends.</param>
/// <param name="SilenceBeforeAsking">How long a target waits for its source before it asks for the verdict.</param>
/// <param name="SilenceBeforeDropping">How long a target keeps room for a move that does not go on and whose source
/// can't be asked; only before it is prepared.</param>
public sealed record RetryPace(
    TimeSpan First, TimeSpan Longest, TimeSpan ReleasePatience, TimeSpan SilenceBeforeAsking, TimeSpan SilenceBeforeDropping)
{
    public static RetryPace Default { get; } = new(
        TimeSpan.FromMilliseconds(100), TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(3), TimeSpan.FromMinutes(1));

    public TimeSpan Delay(int attempt)
    {
        TimeSpan delay = First * Math.Pow(2, Math.Min(attempt, 16));
        return delay < Longest ? delay : Longest;
    }
}
