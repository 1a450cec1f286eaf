using System.Text.Json.Serialization;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A pidfd of a process of the job.</summary>
public sealed record PidFdImage : DescriptorImage
{
    /// <summary>The number that it has in the job; 0: it has ended and was waited for.</summary>
    public required int Pid { get; init; }

    /// <summary>st_ino on the old host, of one that is gone: those that are equal are of one process. 0 where the kernel tells none.</summary>
    public ulong Process { get; init; }

    [JsonIgnore]
    public override string Kind => "pidfd";

    [JsonIgnore]
    public override string Detail => Pid == 0 ? "of a process that is gone" : $"process {Pid}";
}
