using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using Yadokari.Protocol;
using Yadokari.Protocol.Errors;
using Yadokari.Protocol.Services;

namespace Yadokari.Daemon.Services;

/// <summary>The daemon's end of the connection to an instance of a service. One command at a time.</summary>
public sealed class InstanceControl : IDisposable
{
    private readonly ControlChannel _channel;

    private InstanceControl(ControlChannel channel) => _channel = channel;

    /// <exception cref="YadoException">It does not listen: it has ended, or is no program that moves.</exception>
    public static async Task<InstanceControl> ConnectAsync(string path, CancellationToken cancellation) =>
        await TryConnectAsync(path, cancellation).ConfigureAwait(false)
        ?? throw new YadoException(YadoError.Failed, "the instance of the service does not answer its daemon: it has ended, or is about to");

    /// <summary>Null when nobody listens there (yet).</summary>
    public static async Task<InstanceControl?> TryConnectAsync(string path, CancellationToken cancellation)
    {
        try
        {
            return new InstanceControl(await ControlChannel.ConnectAsync(path, cancellation).ConfigureAwait(false));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>Tells it to do something.</summary>
    /// <exception cref="YadoException">It refuses, or is gone.</exception>
    public Task<ControlAnswer> DoAsync(ControlVerb verb, CancellationToken cancellation) => DoAsync(new ControlCommand(verb), cancellation);

    /// <exception cref="YadoException">It refuses, or is gone.</exception>
    public Task<ControlAnswer> DoAsync(ControlCommand command, CancellationToken cancellation) => GuardAsync(async () =>
    {
        await _channel.SendAsync(command, cancellation).ConfigureAwait(false);
        return await AnswerAsync(null, cancellation).ConfigureAwait(false);
    });

    /// <summary>Tells it to send state, which goes to <paramref name="destination"/>.</summary>
    /// <exception cref="YadoException">It refuses, or is gone.</exception>
    public Task<ControlAnswer> CollectAsync(ControlCommand command, Stream destination, CancellationToken cancellation) => GuardAsync(async () =>
    {
        await _channel.SendAsync(command, cancellation).ConfigureAwait(false);
        return await AnswerAsync(destination, cancellation).ConfigureAwait(false);
    });

    /// <summary>Gives it state.</summary>
    /// <exception cref="YadoException">It refuses, or is gone.</exception>
    public Task<ControlAnswer> FeedAsync(ControlVerb verb, Stream state, CancellationToken cancellation) => GuardAsync(async () =>
    {
        await _channel.SendAsync(new ControlCommand(verb), cancellation).ConfigureAwait(false);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(1 << 18);
        try
        {
            int count;
            while ((count = await state.ReadAsync(buffer, cancellation).ConfigureAwait(false)) > 0)
            {
                await _channel.SendFrameAsync(ControlKind.Data, buffer.AsMemory(0, count), cancellation).ConfigureAwait(false);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        await _channel.SendFrameAsync(ControlKind.End, default, cancellation).ConfigureAwait(false);
        return await AnswerAsync(null, cancellation).ConfigureAwait(false);
    });

    public void Dispose() => _channel.Dispose();

    private async Task<ControlAnswer> AnswerAsync(Stream? destination, CancellationToken cancellation)
    {
        long total = 0;
        while (await _channel.ReadAsync(cancellation).ConfigureAwait(false) is var (kind, payload))
        {
            switch (kind)
            {
                case ControlKind.Data when destination is not null:
                    total += payload.Length;
                    if (total > Limits.MaxStateBytes)
                    {
                        throw new InvalidDataException($"the state is over the bound of {Limits.MaxStateBytes} bytes");
                    }
                    await destination.WriteAsync(payload, cancellation).ConfigureAwait(false);
                    break;
                case ControlKind.End:
                    break;
                case ControlKind.Answer when JsonSerializer.Deserialize(payload.Span, ProtocolJson.Default.ControlAnswer) is { } answer:
                    return answer.Error is null ? answer : throw new YadoException(YadoError.Failed, answer.Error);
                default:
                    throw new InvalidDataException("the instance says something unexpected");
            }
        }
        throw new EndOfStreamException("the instance has ended");
    }

    private static async Task<ControlAnswer> GuardAsync(Func<Task<ControlAnswer>> exchange)
    {
        try
        {
            return await exchange().ConfigureAwait(false);
        }
        catch (Exception failure) when (failure is IOException or InvalidDataException or JsonException or SocketException)
        {
            throw new YadoException(YadoError.Failed, $"the connection to the instance of the service broke: {failure.Message}", failure);
        }
    }
}
