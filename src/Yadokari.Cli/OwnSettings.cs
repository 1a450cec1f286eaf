using Yadokari.Engine.Resume;
using Yadokari.Protocol.Jobs;

namespace Yadokari.Cli;

/// <summary>What the command itself was started with, to be given to the program that it starts.</summary>
internal static class OwnSettings
{
    public static CallerSettings Read()
    {
        StartSettings own = StartSettings.OfCaller();
        return new CallerSettings
        {
            Umask = (int)own.Umask,
            Nice = own.Nice,
            // A mask that leaves nothing out says nothing, and is another on another host.
            Processors = HoldsAll(own.Processors) ? null : own.Processors,
            Limits = [.. own.Limits.Select(l => new CallerLimit(l.Resource, l.Soft, l.Hard))],
        };
    }

    private static bool HoldsAll(byte[] mask) => mask.Sum(b => byte.PopCount(b)) >= OnlineProcessors();

    private static int OnlineProcessors() => File.ReadLines("/proc/cpuinfo").Count(l => l.StartsWith("processor", StringComparison.Ordinal));
}
