using System.Runtime.CompilerServices;
using Grpc.AspNetCore.Server;
using Grpc.Core;
using Microsoft.AspNetCore.Http;

namespace Yadokari.Rpc.Server;

/// <summary>Which methods of gRPC have streams. Grpc.AspNetCore is known only where the program has it: its types are touched in one
/// method, which runs only when one of them has been seen.</summary>
internal static class GrpcMethods
{
    private const string Metadata = "Grpc.AspNetCore.Server.GrpcMethodMetadata";

    /// <summary>The endpoint has a stream of requests or of answers. One that Grpc.AspNetCore has not made says so by <see cref="StreamingCallAttribute"/>.</summary>
    public static bool IsStreaming(Endpoint? endpoint)
    {
        foreach (object item in endpoint?.Metadata ?? EndpointMetadataCollection.Empty)
        {
            if (item.GetType().FullName == Metadata)
            {
                return IsStream(item);
            }
        }
        return false;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static bool IsStream(object metadata) => ((GrpcMethodMetadata)metadata).Method.Type != MethodType.Unary;
}
