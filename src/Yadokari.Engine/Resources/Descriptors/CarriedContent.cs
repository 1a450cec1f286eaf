using Microsoft.Win32.SafeHandles;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Where a capture reads the content of a carried file.</summary>
/// <param name="File">The file.</param>
/// <param name="Handle">Open for reading, with an offset of its own; owned by the <see cref="DescriptorCapture"/>.</param>
/// <param name="Runs">The data; everything else up to the size is zero.</param>
public sealed record CarriedContent(CarriedFileImage File, SafeFileHandle Handle, IReadOnlyList<DataRun> Runs);
