using System.Buffers;
using System.Buffers.Binary;
using System.Text;
using Yadokari.Rpc.State;

namespace Yadokari.Rpc.Server;

/// <summary>
/// All carried state of a server as bytes. Little-endian, one section per state:
/// <code>
/// kind u8 (0 all, 1 the last changes, 2 a round of changes) | name length i32 | name, UTF-8 | version i32 | content length i64 | content
/// </code>
/// </summary>
internal sealed class StateBundle(IEnumerable<ICarriedState> states, YadokariOptions options)
{
    private const int MaxNameBytes = 1024;
    private const long RehearsalBytes = 1 << 20;
    private const byte All = 0;
    private const byte Delta = 1;
    private const byte Round = 2;

    private readonly IReadOnlyList<ICarriedState> _states = [.. states];

    /// <summary>Saves to nowhere, so that the first move is not the one for which that is compiled. No call may run yet; of a large
    /// state only the beginning is saved.</summary>
    /// <returns>What a state said to it; null: nothing.</returns>
    public Exception? Rehearse()
    {
        StateBundle rehearsal = new(_states, new YadokariOptions { MaxStateBytes = Math.Min(RehearsalBytes, options.MaxStateBytes) });
        Exception? failure = null;
        foreach (Func<ReadOnlyMemory<byte>> step in (Func<ReadOnlyMemory<byte>>[])[rehearsal.SaveAhead, rehearsal.SaveRound, rehearsal.SaveRest])
        {
            try
            {
                step();
            }
            catch (Exception thrown) when (thrown is not OutOfMemoryException)
            {
                // A move will say it, too. A state may also be one that is complete only when the server runs.
                failure = thrown;
            }
        }
        StopTracking();
        return failure;
    }

    /// <summary>Saves and restores once what warm-up calls have left here, and what is carried will replace. The bound is not for that.</summary>
    public void SaveAndRestore()
    {
        YadokariOptions usual = new();
        StateBundle own = new(_states, new YadokariOptions { MaxStateBytes = Math.Max(usual.MaxStateBytes, options.MaxStateBytes) });
        ReadOnlyMemory<byte> ahead = own.SaveAhead();
        ReadOnlyMemory<byte> changes = own.SaveRound();
        ReadOnlyMemory<byte> rest = own.SaveRest();
        own.StopTracking();
        own.Restore(ahead);
        own.Restore(changes);
        own.Restore(rest);
    }

    /// <summary>All state that can be copied ahead; calls run meanwhile.</summary>
    /// <exception cref="InvalidDataException">Over the bound.</exception>
    public ReadOnlyMemory<byte> SaveAhead() => Write(_states.Where(s => s.SupportsDelta), All, (s, to) => s.SaveAhead(to));

    /// <summary>What has changed since <see cref="SaveAhead"/> or the last round; calls run meanwhile. Empty when no state has rounds.</summary>
    /// <exception cref="InvalidDataException">Over the bound.</exception>
    public ReadOnlyMemory<byte> SaveRound() => Write(_states.Where(s => s is { SupportsDelta: true, SupportsRounds: true }), Round, (s, to) => s.SaveRound(to));

    /// <summary>What has changed since, and all state that can't be copied ahead; no call runs.</summary>
    /// <exception cref="InvalidDataException">Over the bound.</exception>
    public ReadOnlyMemory<byte> SaveRest()
    {
        BoundedWriter all = new(options.MaxStateBytes);
        foreach (ICarriedState state in _states)
        {
            WriteSection(all, state, state.SupportsDelta ? Delta : All, state.SupportsDelta ? state.SaveDelta : state.Save);
        }
        return all.Written;
    }

    /// <summary>Takes what <see cref="SaveAhead"/>, <see cref="SaveRound"/> or <see cref="SaveRest"/> wrote.</summary>
    /// <exception cref="InvalidDataException">It does not fit this program; one line for the user.</exception>
    public void Restore(ReadOnlyMemory<byte> saved)
    {
        while (!saved.IsEmpty)
        {
            byte kind = Take(ref saved, 1).Span[0];
            int nameLength = BinaryPrimitives.ReadInt32LittleEndian(Take(ref saved, sizeof(int)).Span);
            if (nameLength is < 0 or > MaxNameBytes)
            {
                throw new InvalidDataException($"the state has a name of {nameLength} bytes");
            }
            string name = Encoding.UTF8.GetString(Take(ref saved, nameLength).Span);
            int version = BinaryPrimitives.ReadInt32LittleEndian(Take(ref saved, sizeof(int)).Span);
            ReadOnlyMemory<byte> content = Take(ref saved, BinaryPrimitives.ReadInt64LittleEndian(Take(ref saved, sizeof(long)).Span));
            ICarriedState state = _states.FirstOrDefault(s => s.Name == name)
                ?? throw new InvalidDataException($"the program on this host carries no state '{name}': use a version that does");
            switch (kind)
            {
                case All:
                    state.Restore(content, version);
                    break;
                case Round:
                    state.RestoreRound(content, version);
                    break;
                case Delta:
                    state.RestoreDelta(content, version);
                    break;
                default:
                    throw new InvalidDataException($"the state '{name}' is of the unknown kind {kind}");
            }
        }
    }

    public void StopTracking()
    {
        foreach (ICarriedState state in _states)
        {
            state.StopTracking();
        }
    }

    private ReadOnlyMemory<byte> Write(IEnumerable<ICarriedState> states, byte kind, Action<ICarriedState, IBufferWriter<byte>> save)
    {
        BoundedWriter all = new(options.MaxStateBytes);
        foreach (ICarriedState state in states)
        {
            WriteSection(all, state, kind, to => save(state, to));
        }
        return all.Written;
    }

    private static void WriteSection(BoundedWriter all, ICarriedState state, byte kind, Action<IBufferWriter<byte>> save)
    {
        byte[] name = Encoding.UTF8.GetBytes(state.Name);
        all.Write([kind]);
        WriteInt(all, name.Length);
        all.Write(name);
        WriteInt(all, state.Version);
        int lengthAt = all.Count;
        all.Write(stackalloc byte[sizeof(long)]);
        int start = all.Count;
        save(all);
        BinaryPrimitives.WriteInt64LittleEndian(all.At(lengthAt, sizeof(long)), all.Count - start);
    }

    private static void WriteInt(BoundedWriter writer, int value)
    {
        Span<byte> bytes = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(bytes, value);
        writer.Write(bytes);
    }

    private static ReadOnlyMemory<byte> Take(ref ReadOnlyMemory<byte> from, long length)
    {
        if (length < 0 || length > from.Length)
        {
            throw new InvalidDataException("the state is cut short");
        }
        ReadOnlyMemory<byte> taken = from[..(int)length];
        from = from[(int)length..];
        return taken;
    }
}
