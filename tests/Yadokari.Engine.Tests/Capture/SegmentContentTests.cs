using System.Text;
using Shouldly;
using Xunit;
using Yadokari.Engine.Checkpointing;
using Yadokari.Engine.Tests.Resources.Descriptors;

namespace Yadokari.Engine.Tests.Capture;

/// <summary>A System V segment that the job has, and has not attached just then.</summary>
public sealed class SegmentContentTests : IDisposable
{
    private readonly PythonProgram _program = PythonProgram.Start("""
        import atexit, ctypes, sys
        libc = ctypes.CDLL(None)
        libc.shmat.restype = ctypes.c_void_p
        libc.shmdt.argtypes = [ctypes.c_void_p]
        text = b'this is in the segment; ' * 1000
        segment = libc.shmget(0, len(text), 0o600)
        atexit.register(libc.shmctl, segment, 0, None)
        at = libc.shmat(segment, None, 0)
        ctypes.memmove(at, text, len(text))
        libc.shmdt(at)
        """);

    public void Dispose() => _program.Dispose();

    [Fact]
    public void It_is_there_until_all_of_it_is_written_however_long_that_takes()
    {
        using CheckpointSession session = CheckpointSession.Open(_program.Pid, new CaptureOptions());
        SlowSink sink = new();
        session.Freeze();
        session.Capture(sink);
        sink.Waited.ShouldBeTrue();
    }

    private sealed class SlowSink : IImageSink
    {
        private static readonly byte[] Start = Encoding.ASCII.GetBytes("this is in the segment; this");

        private static readonly TimeSpan AsOnASlowDisk = new(0, 0, 2);

        public bool Waited { get; private set; }

        public void Write(long offset, ReadOnlySpan<byte> bytes)
        {
            if (bytes.StartsWith(Start))
            {
                Thread.Sleep(AsOnASlowDisk);
                Waited = true;
            }
        }
    }
}
