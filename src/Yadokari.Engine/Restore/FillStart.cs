using Yadokari.Engine.Resources.Memory;

namespace Yadokari.Engine.Restore;

/// <summary>What must be known of a job before its process can be made and filled.</summary>
/// <param name="Pid">Of its process, in its own pid namespace.</param>
/// <param name="FirstOwn">The stub's own descriptors start here.</param>
/// <param name="RegionBase">The region of its context file.</param>
/// <param name="RegionLength">Bytes of that. Behind it there are as many that nothing of the job uses.</param>
/// <param name="Vdso">This kernel's.</param>
public sealed record FillStart(int Pid, int FirstOwn, ulong RegionBase, ulong RegionLength, VdsoImage Vdso)
{
    /// <summary>Bytes of the region of the plan that fills.</summary>
    public const ulong OwnLength = 1UL << 20;

    public ulong OwnBase => RegionBase + RegionLength;
}
