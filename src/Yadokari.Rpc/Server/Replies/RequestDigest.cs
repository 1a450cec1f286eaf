using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Yadokari.Rpc.Server.Replies;

/// <summary>What a numbered call asks, as a SHA-256: its reply is given only to who asks the same.</summary>
internal static class RequestDigest
{
    public const int Bytes = SHA256.HashSizeInBytes;

    private const int PieceBytes = 16 << 10;

    /// <summary>Reads the call's body, which is in memory afterwards: a call whose body does not come to its end has not run.</summary>
    /// <param name="most">Bytes of a body.</param>
    /// <returns>Null: it is larger.</returns>
    public static async Task<byte[]?> TakeAsync(HttpContext context, long most)
    {
        HttpRequest request = context.Request;
        using IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        // The same words in the same places: none of these can hold a line feed.
        hash.AppendData(Encoding.UTF8.GetBytes(
            $"{request.Method}\n{request.PathBase}{request.Path}\n{request.QueryString}\n{request.ContentType}\n{request.Headers.Authorization}\n"));
        if (context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody != false)
        {
            MemoryStream body = new();
            byte[] piece = new byte[(int)Math.Clamp(request.ContentLength ?? PieceBytes, 1, PieceBytes)];
            int count;
            while ((count = await request.Body.ReadAsync(piece, context.RequestAborted).ConfigureAwait(false)) > 0)
            {
                if (body.Length + count > most)
                {
                    return null;
                }
                hash.AppendData(piece, 0, count);
                body.Write(piece, 0, count);
            }
            body.Position = 0;
            request.Body = body;
        }
        return hash.GetHashAndReset();
    }
}
