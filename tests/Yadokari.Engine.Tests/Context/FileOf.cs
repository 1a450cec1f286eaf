using Yadokari.Engine.Context;
using Yadokari.Engine.Image;
using Yadokari.Engine.Restore;

namespace Yadokari.Engine.Tests.Context;

/// <summary>Context files on disk, for as long as a test looks at them.</summary>
internal static class FileOf
{
    /// <summary>What the writer makes of an image.</summary>
    public static byte[] Image(TreeImage image, byte[]? pages = null)
    {
        MemorySink sink = new();
        if (pages is not null)
        {
            sink.Write(ContextWriter.FirstPage, pages);
        }

        long length = ContextWriter.Finish(image, PlanCompiler.Compile(image), sink, ContextWriter.FirstPage + (pages?.Length ?? 0));
        byte[] bytes = sink.ToArray();
        return bytes.Length == length ? bytes : throw new InvalidOperationException($"{bytes.Length} bytes written, {length} said");
    }

    public static T Open<T>(byte[] bytes, Func<ContextFile, T> use)
    {
        string path = Path.GetTempFileName();
        try
        {
            File.WriteAllBytes(path, bytes);
            return use(ContextFile.Open(path));
        }
        finally
        {
            File.Delete(path);
        }
    }

    /// <summary>The reason why the reader refuses the bytes; null when it doesn't. Any other exception passes.</summary>
    public static string? Refusal(byte[] bytes)
    {
        try
        {
            return Open(bytes, _ => (string?)null);
        }
        catch (EngineException e) when (e.Error == EngineError.BadContextFile)
        {
            return e.Message;
        }
    }
}
