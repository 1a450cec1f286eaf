namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>A descriptor number of the process.</summary>
/// <param name="Number">0 …</param>
/// <param name="CloseOnExec">FD_CLOEXEC.</param>
public readonly record struct DescriptorNumber(int Number, bool CloseOnExec)
{
    /// <summary>Of a description that waits to be received by a process: it has none there.</summary>
    public const int NoneYet = -1;
}
