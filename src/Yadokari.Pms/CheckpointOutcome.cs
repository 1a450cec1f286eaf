namespace Yadokari.Pms;

/// <summary>Who returns from <see cref="Pms.CheckpointAsync"/>.</summary>
public enum CheckpointOutcome
{
    /// <summary>A process that was resumed from the context file.</summary>
    Resumed,

    /// <summary>The process that was saved, and goes on.</summary>
    Continued,
}
