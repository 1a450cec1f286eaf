using System.Text.Json.Serialization;

namespace Yadokari.Protocol.Jobs;

/// <summary>Where a job stands, as one host knows it.</summary>
[JsonConverter(typeof(CamelCaseEnumConverter<JobState>))]
public enum JobState
{
    Running,

    /// <summary>It runs here and is on its way to another host.</summary>
    Moving,

    /// <summary>It has ended here; its exit status or signal is known.</summary>
    Ended,

    /// <summary>It left for another host, see <see cref="JobInfo.MovedTo"/>.</summary>
    Moved,

    /// <summary>It is a context file and no process, see <see cref="JobInfo.Checkpoints"/>; 'yado undrain' resumes it.</summary>
    Saved,

    /// <summary>It is gone and nobody saw how (the host went down), see <see cref="JobInfo.Note"/>.</summary>
    Lost,

    /// <summary>The host that has it does not answer: what became of it is not known. Said by another host.</summary>
    Unreachable,
}
