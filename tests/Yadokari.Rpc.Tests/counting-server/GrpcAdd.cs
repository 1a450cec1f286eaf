using System.Buffers.Binary;
using System.Text;

namespace CountingServer;

/// <summary>One unary gRPC method by hand: <c>rpc Add(Key) returns (Count)</c>, Key { string key = 1; }, Count { int64 count = 1; }.</summary>
internal static class GrpcAdd
{
    private const int PrefixBytes = 5;

    public static async Task HandleAsync(HttpContext context, Counts counts)
    {
        using MemoryStream body = new();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        // 5 bytes of prefix; then tag 0x0a and the length of the key in one byte.
        byte[] message = body.ToArray()[PrefixBytes..];
        string key = Encoding.ASCII.GetString(message, 2, message[1]);
        int count = counts.Add(key);

        context.Response.ContentType = "application/grpc";
        byte[] reply = new byte[PrefixBytes + 2];
        BinaryPrimitives.WriteInt32BigEndian(reply.AsSpan(1), 2);
        reply[PrefixBytes] = 0x08;
        reply[PrefixBytes + 1] = (byte)count;
        await context.Response.Body.WriteAsync(reply, context.RequestAborted);
        context.Response.AppendTrailer("grpc-status", "0");
    }
}
