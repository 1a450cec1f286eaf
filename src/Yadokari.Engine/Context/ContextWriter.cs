using System.Text.Json;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Context;

/// <summary>Writes what comes behind the pages: control segment, manifest, and last the header.</summary>
public static class ContextWriter
{
    /// <summary>Pages start here.</summary>
    public const long FirstPage = ContextHeader.Length;

    /// <param name="plan">The image's, whose region it fits.</param>
    /// <param name="position">One past the last page.</param>
    /// <returns>Bytes of the file.</returns>
    public static long Finish(TreeImage image, RestorePlan plan, IImageSink sink, long position)
    {
        long controlOffset = RemoteAddress.WholePages(position);
        byte[] control = plan.Encode(new RemoteAddress(image.RegionBase), image.RegionLength);
        if ((ulong)plan.Span + RegionLayout.EndLength(image) > image.RegionLength)
        {
            throw new InvalidOperationException($"the restore plan needs {plan.Span} bytes, {image.RegionLength} are reserved");
        }

        byte[] manifest = JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Default.TreeImage);
        RequireReadable(manifest);
        byte[] padded = new byte[(manifest.Length + 31) / 32 * 32];
        manifest.CopyTo(padded, 0);
        long manifestOffset = controlOffset + control.Length;
        ContextHeader header = new()
        {
            Format = image.Format,
            ControlOffset = controlOffset,
            ControlLength = control.Length,
            ControlAddress = image.RegionBase + image.RegionLength,
            ControlChecksum = Checksum.Compute(control),
            ManifestOffset = manifestOffset,
            ManifestLength = manifest.Length,
            ManifestChecksum = Checksum.Compute(padded),
            FileLength = manifestOffset + padded.Length,
        };
        sink.Write(controlOffset, control);
        sink.Write(manifestOffset, padded);
        sink.Write(0, header.ToBytes());
        return header.FileLength;
    }

    /// <summary>What a reader would refuse is not written.</summary>
    private static void RequireReadable(byte[] manifest)
    {
        if (manifest.Length <= ManifestSize.MaxTokens)
        {
            return; // no value is shorter than a byte
        }

        try
        {
            ManifestSize.Check(manifest);
        }
        catch (EngineException failure) when (failure.Error == EngineError.BadContextFile)
        {
            throw new EngineException(EngineError.Failed, $"the process is in too many parts for a context file: {failure.Message}", failure);
        }
    }
}
