using System.Buffers;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Tests.State;

/// <summary>The messages that a move of one state sends.</summary>
internal static class Bytes
{
    public static byte[] Saved(ICarriedState state) => Of(state.Save);

    public static byte[] Ahead(ICarriedState state) => Of(state.SaveAhead);

    public static byte[] Round(ICarriedState state) => Of(state.SaveRound);

    public static byte[] Delta(ICarriedState state) => Of(state.SaveDelta);

    /// <summary>With the right checksum for what it now is: damage that only the reader can find.</summary>
    public static byte[] WithChecksum(byte[] message)
    {
        uint crc = uint.MaxValue;
        foreach (byte one in message.AsSpan(0, message.Length - 4))
        {
            crc = System.Numerics.BitOperations.Crc32C(crc, one);
        }

        BitConverter.TryWriteBytes(message.AsSpan(message.Length - 4), ~crc);
        return message;
    }

    private static byte[] Of(Action<IBufferWriter<byte>> save)
    {
        var bytes = new ArrayBufferWriter<byte>();
        save(bytes);
        return bytes.WrittenSpan.ToArray();
    }
}
