using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Shouldly;
using Xunit;
using Yadokari.Daemon.Moves;
using Yadokari.Protocol;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Moves;
using Yadokari.Protocol.Wire;

namespace Yadokari.Daemon.Tests.Moves;

public sealed class HttpImageStreamTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("yado-image-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    /// <summary>It has no bytes, and nothing comes behind it while the source waits for what it asks.</summary>
    [Fact]
    public async Task The_end_of_a_round_reaches_the_target_at_once()
    {
        TaskCompletionSource<FrameKind[]> seen = new(TaskCreationOptions.RunContinuationsAsynchronously);
        string socket = Path.Combine(_directory, "socket");
        WebApplicationBuilder builder = WebApplication.CreateSlimBuilder();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(socket));
        await using WebApplication server = builder.Build();
        server.MapPut("/image", async (HttpContext context) =>
        {
            FrameReader frames = new(context.Request.Body);
            FrameKind first = (await frames.ReadAsync(context.RequestAborted)).Header.Kind;
            seen.TrySetResult([first, (await frames.ReadAsync(context.RequestAborted)).Header.Kind]);
            while ((await frames.ReadAsync(context.RequestAborted)).Header.Kind != FrameKind.End)
            {
            }

            await context.Response.WriteAsJsonAsync(new MoveStatus("m", MovePhase.Sent, MoveVerdict.Pending), ProtocolJson.Default.MoveStatus);
        });
        await server.StartAsync();
        using ApiConnection api = ApiConnection.ToSocket(socket);
        await using IImageStream stream = await HttpImageStream.OpenAsync(api, "/image", CancellationToken.None);

        stream.Write(FrameKind.Image, 0, new byte[5000]);
        stream.Write(FrameKind.Flush, 0, []);

        (await seen.Task.WaitAsync(TimeSpan.FromSeconds(30))).ShouldBe([FrameKind.Image, FrameKind.Flush]);
        await stream.CompleteAsync(CancellationToken.None);
    }
}
