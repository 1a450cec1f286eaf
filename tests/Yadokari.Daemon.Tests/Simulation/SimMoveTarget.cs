using System.IO.Pipelines;
using Yadokari.Daemon.Api;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Hosts;
using Yadokari.Protocol.Jobs;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Tests.Simulation;

/// <summary>The network between two daemons of the world: calls the other's real half, unless it is dead.</summary>
public sealed class SimMoveTarget(SimDaemon caller, string address) : IMoveTarget
{
    public Task<HostInfo> HelloAsync(CancellationToken cancellation) => CallAsync("hello", there => Task.FromResult(
        Samples.Host($"instance-{there.Host.Name}") with { Name = there.Host.Name, Address = there.Host.Name, BootId = there.Host.BootId, Via = caller.World.SharedDirectory }));

    public Task<MoveForecast> ForeseeAsync(ForeseeMove question, CancellationToken cancellation) =>
        CallAsync("foresee", there => Task.FromResult(there.Target.Foresee(Bounds.Check(question))));

    public Task<MoveStatus> ReserveAsync(MoveOffer offer, CancellationToken cancellation) =>
        CallAsync("reserve", there => there.Target.ReserveAsync(Bounds.Check(offer), there.Stopping));

    public async Task<IImageStream> OpenImageAsync(string move, CancellationToken cancellation)
    {
        caller.Strike("open image stream", SimStepKind.Network);
        SimDaemon there = Reach();
        Pipe pipe = new();
        Task<MoveStatus> receiving = Task.Run(
            async () =>
            {
                try
                {
                    return await there.Target.ReceiveAsync(move, pipe.Reader.AsStream(), there.Stopping);
                }
                finally
                {
                    await pipe.Reader.CompleteAsync();
                }
            },
            CancellationToken.None);
        await Task.CompletedTask;
        return new ImageStream(this, caller, pipe.Writer, receiving);
    }

    public Task<MoveStatus> RoundAsync(string move, int rounds, CancellationToken cancellation) =>
        CallAsync("ask for a round", there => there.Target.RoundAsync(move, rounds, there.Stopping));

    public Task<MoveStatus> PrepareAsync(string move, PrepareMove prepare, CancellationToken cancellation) =>
        CallAsync("ask to prepare", there => there.Target.PrepareAsync(move, prepare, there.Stopping));

    public async Task<JobInfo> ReleaseAsync(string move, CancellationToken cancellation)
    {
        return await CallAsync("tell to release", async there =>
        {
            Yadokari.Daemon.Jobs.JobRecord job = await there.Target.ReleaseAsync(move, there.Stopping);
            return new JobViews(new SimProcessTable(there), new(there.Host.Name, "", 0, "")).Show(job);
        });
    }

    public Task<MoveStatus> AbortAsync(string move, CancellationToken cancellation) =>
        CallAsync("tell to abort", there => there.Target.AbortAsync(move));

    public void Dispose()
    {
    }

    private SimDaemon Reach()
    {
        lock (caller.World.Lock)
        {
            return caller.Find(address).Daemon ?? throw Lost();
        }
    }

    private async Task<T> CallAsync<T>(string what, Func<SimDaemon, Task<T>> call)
    {
        caller.Strike(what + " (request)", SimStepKind.Network);
        SimDaemon there = Reach();
        try
        {
            T answer = await Task.Run(() => call(there));
            there.ThrowIfDead(what);
            caller.Strike(what + " (answer)", SimStepKind.Network);
            return answer;
        }
        catch (Exception failure) when (there.IsDead && !caller.IsDead)
        {
            throw Lost(failure);
        }
    }

    private static YadoException Lost(Exception? inner = null) => new(YadoError.Failed, "the other host is gone", inner) { Unreachable = true };

    private sealed class ImageStream(SimMoveTarget network, SimDaemon caller, PipeWriter writer, Task<MoveStatus> receiving) : IImageStream
    {
        public void Write(FrameKind kind, long offset, ReadOnlySpan<byte> bytes)
        {
            try
            {
                caller.Strike($"send {kind}", SimStepKind.Network);
            }
            catch (YadoException failure)
            {
                throw new IOException("the link is cut", failure);
            }
            byte[] frame = new byte[FrameHeader.Size + bytes.Length];
            new FrameHeader(kind, offset, bytes.Length).Write(frame);
            bytes.CopyTo(frame.AsSpan(FrameHeader.Size));
            if (writer.WriteAsync(frame).AsTask().GetAwaiter().GetResult().IsCompleted)
            {
                throw new IOException("the target stopped reading");
            }
        }

        public async Task CompleteAsync(CancellationToken cancellation)
        {
            Write(FrameKind.End, 0, []);
            await network.CallAsync("end of image", _ => receiving);
        }

        public async ValueTask DisposeAsync()
        {
            // Closing the connection is what the kernel does for a dead process too.
            await writer.CompleteAsync();
            await Task.WhenAny(receiving);
            _ = receiving.Exception;
        }
    }
}
