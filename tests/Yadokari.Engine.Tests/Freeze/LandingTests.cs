using System.Buffers.Binary;
using Shouldly;
using Xunit;
using Yadokari.Engine.Capture;
using Yadokari.Engine.Freeze;
using Yadokari.Engine.Restore;
using Yadokari.Engine.Tests.Resources.Descriptors;
using Yadokari.Linux;
using Yadokari.Linux.Proc;

namespace Yadokari.Engine.Tests.Freeze;

/// <summary>A thread that is borrowed and not fetched goes home by itself, with the signals that came meanwhile.</summary>
public sealed class LandingTests : IDisposable
{
    private const int AlarmSignal = 14;
    private static readonly TimeSpan Lease = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan TooLong = TimeSpan.FromMilliseconds(600);

    private readonly PythonProgram _program = PythonProgram.Run("-c", """
        import ctypes, os, time
        libc = ctypes.CDLL(None)
        @ctypes.CFUNCTYPE(None, ctypes.c_int)
        def handler(number):
            os.write(1, b'in\n')
            time.sleep(0.5)
            os.write(1, b'out\n')
        libc.signal(14, handler)
        text = ctypes.create_string_buffer(8)
        os.write(1, b'ready\n')
        os._exit(libc.read(0, text, 8))
        """);

    public void Dispose() => _program.Dispose();

    [Fact]
    public void A_signal_that_comes_when_it_has_waited_for_too_long_interrupts_what_the_program_did()
    {
        OnTracer(() =>
        {
            using FrozenProcess process = FrozenProcess.Freeze(_program.Pid);
            using RemoteBatch batch = RemoteBatch.Create(process, Maps(), Lease);
            Should.Throw<LeaseLostException>(() => batch.Run(process.Main, Pause(), Alarm(() => Thread.Sleep(TooLong))));
        });

        _program.ReadLine().ShouldBe("in");
        _program.ReadLine().ShouldBe("out");
        _program.End().ShouldBe(0);
    }

    [Fact]
    public void Its_handler_returns_home_also_when_the_tool_had_died_and_another_one_comes_meanwhile()
    {
        OnTracer(() =>
        {
            FrozenProcess process = FrozenProcess.Freeze(_program.Pid);
            RemoteBatch batch = RemoteBatch.Create(process, Maps(), Lease);
            // Nothing is given back; with its tracer's thread ends what it held.
            Should.Throw<OperationCanceledException>(() => batch.Run(process.Main, Pause(), Alarm(() => throw new OperationCanceledException())));
        });
        _program.ReadLine().ShouldBe("in");

        OnTracer(() =>
        {
            using FrozenTree tree = FrozenTree.Freeze(_program.Pid);
            ProcessCapturer.Settle(tree);
            RemoteBatch.Create(tree.Processes[0], Maps(), Lease).Dispose();
        });

        _program.ReadLine().ShouldBe("out");
        _program.End().ShouldBe(0);
    }

    [Fact]
    public void It_is_told_nothing_when_it_has_gone_home_and_the_program_has_memory_of_its_own_in_the_place()
    {
        using PythonProgram mapper = PythonProgram.Run("-c", """
            import mmap, os, select
            blocks = []
            os.write(1, b'ready\n')
            while not select.select([0], [], [], 0.002)[0]:
                blocks.append(mmap.mmap(-1, 256 * 1024, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS))
            os._exit(sum(block.find(b'\1') >= 0 for block in blocks))
            """);
        PlanBuilder plan = new();
        DataReference told = plan.Room(sizeof(ulong));
        OnTracer(() =>
        {
            using FrozenProcess process = FrozenProcess.Freeze(mapper.Pid);
            using RemoteBatch batch = RemoteBatch.Create(process, ProcMaps.ReadMaps(mapper.Pid)!, Lease);
            bool asked = false;
            Should.Throw<LeaseLostException>(() => batch.Run(process.Main, Pause(plan), data =>
            {
                if (asked)
                {
                    return null;
                }

                asked = true;
                SpinWait.SpinUntil(() => ProcMaps.ReadMaps(mapper.Pid)!.Any(vma => vma.Start <= data && data < vma.End && (vma.Protection & VmaProtection.Execute) == 0), Hang).ShouldBeTrue();
                return new BatchWord(told, 1);
            }));
        });

        mapper.End().ShouldBe(0);
    }

    private IReadOnlyList<Vma> Maps() => ProcMaps.ReadMaps(_program.Pid)!;

    /// <summary>The program gets the signal once, when the plan runs.</summary>
    private Func<RemoteAddress, BatchWord?> Alarm(Action then)
    {
        bool sent = false;
        return _ =>
        {
            if (!sent)
            {
                sent = true;
                Signals.Send(_program.Pid, AlarmSignal);
                then();
            }

            return null;
        };
    }

    private static RestorePlan Pause() => Pause(new());

    private static RestorePlan Pause(PlanBuilder plan)
    {
        byte[] pause = new byte[16];
        BinaryPrimitives.WriteInt64LittleEndian(pause.AsSpan(8), 200_000_000);
        plan.Try(null, SystemCall.Ppoll, 0, 0, plan.Bytes(pause, "{200 ms}"), 0, sizeof(ulong));
        plan.Do(OperationKind.Break, null);
        return plan.Build();
    }

    /// <summary>On a thread of its own, which ends.</summary>
    private static void OnTracer(Action work)
    {
        Exception? failure = null;
        Thread tracer = new(() =>
        {
            try
            {
                work();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        tracer.Start();
        tracer.Join();
        failure.ShouldBeNull();
    }
}
