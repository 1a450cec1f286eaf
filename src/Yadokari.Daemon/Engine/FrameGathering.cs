namespace Yadokari.Daemon.Engine;

/// <summary>Sends frames one behind another, small ones that may wait together: pages that changed here and there are many. What waits
/// goes before anything that may not. Used by one thread at a time.</summary>
/// <param name="send">Where the bytes go, in order.</param>
internal sealed class FrameGathering(Action<ReadOnlySpan<byte>> send)
{
    private const int MostBytes = 256 << 10;

    private readonly byte[] _waiting = new byte[MostBytes];
    private int _count;

    /// <param name="mayWait">Until the next frame that may not, or until enough has come together.</param>
    public void Send(ReadOnlySpan<byte> head, ReadOnlySpan<byte> payload, bool mayWait)
    {
        int length = head.Length + payload.Length;
        if (_count + length > MostBytes)
        {
            SendWaiting();
        }
        if (mayWait && length <= MostBytes / 2)
        {
            head.CopyTo(_waiting.AsSpan(_count));
            payload.CopyTo(_waiting.AsSpan(_count + head.Length));
            _count += length;
            return;
        }
        SendWaiting();
        send(head);
        if (!payload.IsEmpty)
        {
            send(payload);
        }
    }

    private void SendWaiting()
    {
        int count = _count;
        _count = 0;
        if (count > 0)
        {
            send(_waiting.AsSpan(0, count));
        }
    }
}
