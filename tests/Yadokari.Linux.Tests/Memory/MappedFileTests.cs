using Microsoft.Win32.SafeHandles;
using Shouldly;
using Xunit;
using Yadokari.Linux.Memory;

namespace Yadokari.Linux.Tests.Memory;

public sealed class MappedFileTests : IDisposable
{
    private const int Length = 64 * 4096;

    private readonly string _path = Path.GetTempFileName();

    [Fact]
    public void What_is_written_before_and_behind_a_flush_is_in_the_file()
    {
        using SafeFileHandle file = File.OpenHandle(_path, FileMode.Open, FileAccess.ReadWrite);
        using MappedFile mapped = MappedFile.TryReserve(file, Length).ShouldNotBeNull();
        mapped.Window(4096, 4096).Fill(1);
        mapped.Window(8192, 4096).Fill(2);

        mapped.Flush();

        mapped.Window(4096, 4096).IndexOfAnyExcept((byte)1).ShouldBe(-1);
        mapped.Window(8192, 4096).Fill(3);
        mapped.Window(Length - 1, 1)[0] = 4;
        mapped.Window(Length, 1).IsEmpty.ShouldBeTrue();
        byte[] content = File.ReadAllBytes(_path);
        content.Length.ShouldBe(Length);
        (content[4095], content[4096], content[8191], content[8192], content[12287], content[12288], content[^1]).ShouldBe(((byte)0, (byte)1, (byte)1, (byte)3, (byte)3, (byte)0, (byte)4));
    }

    public void Dispose() => File.Delete(_path);
}
