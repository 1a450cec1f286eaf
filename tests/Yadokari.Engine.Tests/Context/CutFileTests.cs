using System.Diagnostics;
using Shouldly;
using Xunit;
using Yadokari.Engine.Context;

namespace Yadokari.Engine.Tests.Context;

/// <summary>A context file that was cut short and is executed all the same says so, with no yado beside it.</summary>
public sealed class CutFileTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"yadokari-cut-{Guid.NewGuid():N}.ctx");

    public void Dispose() => File.Delete(_path);

    [Theory]
    [InlineData(512)]
    [InlineData(4095)]
    [InlineData(4096)]
    [InlineData(40000)] // inside the pages
    [InlineData(70000)] // at the control segment's start
    [InlineData(-4096)]
    [InlineData(-1)]
    public void It_says_one_line_and_ends_with_1(int length)
    {
        byte[] whole = FileOf.Image(Images.Small(), pages: new byte[16 * 4096]);
        byte[] cut = length > 0 ? whole[..length] : whole[..^-length];
        using (FileStream file = new(_path, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute,
        }))
        {
            file.Write(cut);
        }

        using Process process = Process.Start(new ProcessStartInfo(_path) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardError.ReadToEnd().ShouldBe("yadokari: the context file is damaged or cut short\n");
        process.WaitForExit();
        process.ExitCode.ShouldBe(1);
    }
}
