using System.IO.Pipes;
using Microsoft.Win32.SafeHandles;
using Shouldly;
using Yadokari.Linux.Descriptors;
using Yadokari.Linux.Proc;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Linux.Tests.Descriptors;

public class DescriptorTests
{
    [Fact]
    public void Peeking_leaves_the_bytes_in_the_pipe()
    {
        using AnonymousPipeServerStream read = new(PipeDirection.In);
        using AnonymousPipeClientStream write = new(PipeDirection.Out, read.ClientSafePipeHandle);
        write.Write([1, 2, 3]);
        write.Write([4]);
        using SafeFileHandle end = new(read.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        for (int round = 0; round < 2; round++)
        {
            PipeContent.Peek(end, out bool? inPackets).ShouldHaveSingleItem().ShouldBe([1, 2, 3, 4]);
            inPackets.ShouldBe(false);
        }

        Descriptor.GetReadableBytes(end).ShouldBe(4);
        Descriptor.GetPipeSize(end).ShouldBeGreaterThanOrEqualTo(4096);
        read.ReadByte().ShouldBe(1);
    }

    [Fact]
    public void A_full_pipe_is_peeked_whole()
    {
        using AnonymousPipeServerStream read = new(PipeDirection.In);
        using AnonymousPipeClientStream write = new(PipeDirection.Out, read.ClientSafePipeHandle);
        using SafeFileHandle end = new(read.SafePipeHandle.DangerousGetHandle(), ownsHandle: false);
        write.Write(new byte[Descriptor.GetPipeSize(end)]);
        PipeContent.Peek(end, out _).Sum(piece => piece.Length).ShouldBe(Descriptor.GetPipeSize(end));
    }

    [Fact]
    public void A_fetched_descriptor_is_the_same_description()
    {
        using SafeFileHandle file = MemoryFile.Create("same");
        using SafeFileHandle other = MemoryFile.Create("same");
        using SafeFileHandle self = PidFd.Open(Environment.ProcessId)!;
        using SafeFileHandle fetched = PidFd.Fetch(self, (int)file.DangerousGetHandle()).ShouldNotBeNull();
        Kcmp.CompareFiles(file, fetched).ShouldBe(0);
        int order = Kcmp.CompareFiles(file, other);
        order.ShouldNotBe(0);
        Kcmp.CompareFiles(other, file).ShouldBe(-order);
        FileStatus.Of(file).IsSameFile(FileStatus.Of(fetched)).ShouldBeTrue();
        PidFd.Fetch(self, 999_999).ShouldBeNull();
        PidFd.Open(int.MaxValue).ShouldBeNull();
    }

    [Fact]
    public void Holes_are_told_from_data()
    {
        using SafeFileHandle file = MemoryFile.Create("sparse");
        RandomAccess.Write(file, [1], 1 << 20);
        RandomAccess.SetLength(file, 4 << 20);
        using SafeFileHandle own = Descriptor.Reopen(file, 0).ShouldNotBeNull();
        SparseFile.FindData(own, 4 << 20).ShouldBe([new DataRun(1 << 20, 4096)]);
        MemoryFile.AddSeals(file, F_SEAL_GROW);
        Descriptor.GetSeals(file).ShouldBe(F_SEAL_GROW);
    }

    [Fact]
    public void Status_of_a_path_equals_the_status_of_the_open_file()
    {
        using SafeFileHandle file = File.OpenHandle(typeof(DescriptorTests).Assembly.Location);
        FileStatus open = FileStatus.Of(file);
        FileStatus path = FileStatus.AtPath(typeof(DescriptorTests).Assembly.Location).ShouldNotBeNull();
        path.ShouldBe(open);
        open.IsRegular.ShouldBeTrue();
        open.Size.ShouldBe(RandomAccess.GetLength(file));
        (open.ModifiedNanoseconds / 100).ShouldBe((File.GetLastWriteTimeUtc(file) - DateTime.UnixEpoch).Ticks);
        FileStatus.AtPath("/nowhere/at/all").ShouldBeNull();
        FileStatus nothing = FileStatus.AtPath("/dev/null")!.Value;
        (nothing.IsCharacterDevice, nothing.RawMajor, nothing.RawMinor).ShouldBe((true, 1u, 3u));
    }

    [Fact]
    public void A_descriptor_number_leads_to_its_file()
    {
        using SafeFileHandle file = MemoryFile.Create("named");
        int number = (int)file.DangerousGetHandle();
        ProcFdInfo.Link(Environment.ProcessId, number).ShouldBe("/memfd:named (deleted)");
        ProcFdInfo.Read(Environment.ProcessId, number)!.CloseOnExec.ShouldBeTrue();
        ProcFdInfo.Read(Environment.ProcessId, 999_999).ShouldBeNull();
        Descriptor.IsTerminal(file).ShouldBeFalse();
    }
}
