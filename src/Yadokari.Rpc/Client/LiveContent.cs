using System.Net;

namespace Yadokari.Rpc.Client;

/// <summary>One attempt's copy of a <see cref="LiveBody"/>.</summary>
internal sealed class LiveContent(LiveBody body) : HttpContent
{
    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => body.SendAsync(stream, CancellationToken.None);

    protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context, CancellationToken cancellationToken) =>
        body.SendAsync(stream, cancellationToken);

    protected override bool TryComputeLength(out long length)
    {
        length = 0;
        return false;
    }
}
