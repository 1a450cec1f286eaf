using Yadokari.Engine.Resources.Descriptors;
using Yadokari.Linux.Memory;

namespace Yadokari.Engine.Resources.Memory;

/// <summary>A process that shared objects can be read from.</summary>
/// <param name="Pid">The process.</param>
/// <param name="Scan">Its mappings.</param>
/// <param name="Residency">Which pages of its shared mappings hold something.</param>
/// <param name="Memory">Its memory.</param>
/// <param name="Contents">The files without a name that it has open.</param>
internal sealed record SharedObjectSource(int Pid, MemoryCapture Scan, SharedResidency Residency, RemoteMemory Memory, IReadOnlyList<CarriedContent> Contents);
