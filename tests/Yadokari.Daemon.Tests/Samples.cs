using Yadokari.Protocol;
using Yadokari.Protocol.Moves;

namespace Yadokari.Daemon.Tests;

internal static class Samples
{
    public static MoveOffer Offer { get; } = new()
    {
        MoveId = new string('a', 32),
        ProtocolVersion = ProtocolVersion.Current,
        JobId = "job1",
        JobName = "work",
        Arguments = ["gzip", "-9", "a file"],
        Uid = 0,
        Started = DateTimeOffset.UnixEpoch,
        Epoch = 2,
        EstimatedBytes = 1000,
        SourceName = "A",
        SourceAddress = "127.0.0.1:1",
        SourceInstance = "instance-A",
    };
}
