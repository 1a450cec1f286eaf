namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A message that waits in a POSIX queue.</summary>
/// <param name="Priority">The higher, the earlier it is received.</param>
/// <param name="Bytes">May be none.</param>
public sealed record PosixMessageImage(uint Priority, byte[] Bytes)
{
    /// <summary>Priorities are below (MQ_PRIO_MAX).</summary>
    public const uint Priorities = 32768;
}
