using System.Buffers;
using System.Runtime.CompilerServices;
using Yadokari.Rpc.State.Coding;

namespace Yadokari.Rpc.State.Tracking;

/// <summary>
/// Saves and restores one object with carried members: what the generated <see cref="ICarriedState"/> of a class hands
/// everything to. On the target nothing of the object changes until all of a message has been understood.
/// </summary>
public sealed class StateCarrier<T>
    where T : class
{
    // Beside the objects, not in them: a field would count in the equality of records.
    private static readonly ConditionalWeakTable<T, StateCarrier<T>> Carriers = [];

    // A slice is made while calls run: small enough to hold no lock and no memory for long.
    private const int EntriesPerSlice = 4096;

    // Rounds before the pause: each copies what changed during the one before. What is left is small, or never will be.
    private const int MaxRounds = 4;
    private const int FewChanges = 256;

    private readonly T _target;
    private readonly ClassCodec<T> _codec;
    private readonly StateTracker[] _trackers;

    private StateCarrier(T target, ClassCodec<T> codec)
    {
        _target = target;
        _codec = codec;
        _trackers = codec.TrackersOf(target);
    }

    /// <summary>There are members that track changes.</summary>
    public bool SupportsDelta => _trackers.Length > 0;

    /// <summary>The one of an object.</summary>
    public static StateCarrier<T> Of(T target, ClassCodec<T> codec) =>
        Carriers.GetValue(target, made => new StateCarrier<T>(made, codec));

    /// <summary>As <see cref="ICarriedState.Save"/>.</summary>
    public void Save(IBufferWriter<byte> destination)
    {
        var message = new StateMessageWriter(destination, StateMessageKind.Full, _codec.StateName, _codec.MaxBytes);
        foreach (StateTracker tracker in _trackers)
        {
            WriteAll(message, tracker, ahead: false);
        }

        WriteCore(message);
        message.End();
    }

    /// <summary>As <see cref="ICarriedState.SaveAhead"/>.</summary>
    public void SaveAhead(IBufferWriter<byte> destination)
    {
        MustTrack();
        var message = new StateMessageWriter(destination, StateMessageKind.Ahead, _codec.StateName, _codec.MaxBytes);
        foreach (StateTracker tracker in _trackers)
        {
            tracker.Begin();
        }

        foreach (StateTracker tracker in _trackers)
        {
            WriteAll(message, tracker, ahead: true);
        }

        for (int round = 0; round < MaxRounds; round++)
        {
            foreach (StateTracker tracker in _trackers.Where(static t => t.ChangeCount > FewChanges))
            {
                WriteChanges(message, tracker, take: true);
            }
        }

        message.End();
    }

    /// <summary>As <see cref="ICarriedState.SaveRound"/>.</summary>
    public void SaveRound(IBufferWriter<byte> destination)
    {
        MustTrack();
        var message = new StateMessageWriter(destination, StateMessageKind.Ahead, _codec.StateName, _codec.MaxBytes);
        foreach (StateTracker tracker in _trackers)
        {
            WriteChanges(message, tracker, take: true);
        }

        message.End();
    }

    /// <summary>As <see cref="ICarriedState.SaveDelta"/>.</summary>
    public void SaveDelta(IBufferWriter<byte> destination)
    {
        MustTrack();
        var message = new StateMessageWriter(destination, StateMessageKind.Delta, _codec.StateName, _codec.MaxBytes);
        foreach (StateTracker tracker in _trackers)
        {
            WriteChanges(message, tracker, take: false);
        }

        WriteCore(message);
        message.End();
    }

    /// <summary>As <see cref="ICarriedState.StopTracking"/>.</summary>
    public void StopTracking()
    {
        foreach (StateTracker tracker in _trackers)
        {
            tracker.Stop();
            tracker.DropStage();
        }
    }

    /// <summary>As <see cref="ICarriedState.Restore"/>.</summary>
    public void Restore(ReadOnlyMemory<byte> saved, int version) => Read(saved, version, delta: false);

    /// <summary>As <see cref="ICarriedState.RestoreRound"/>.</summary>
    public void RestoreRound(ReadOnlyMemory<byte> round, int version) => Read(round, version, delta: false);

    /// <summary>As <see cref="ICarriedState.RestoreDelta"/>.</summary>
    public void RestoreDelta(ReadOnlyMemory<byte> delta, int version) => Read(delta, version, delta: true);

    private void Read(ReadOnlyMemory<byte> bytes, int version, bool delta)
    {
        try
        {
            if (version > _codec.Version)
            {
                throw Wrong($"is version {version}, and this program knows {_codec.Version}");
            }

            var message = new StateMessageReader(bytes, _codec.StateName, _codec.MaxBytes);
            if (message.Kind is < StateMessageKind.Full or > StateMessageKind.Delta || message.Kind == StateMessageKind.Delta != delta)
            {
                throw Wrong(delta ? "is no delta" : "is a delta, and what it belongs to did not come");
            }

            Read(message);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // The object is as it was; a stage that was half filled is worth nothing.
            StopTracking();
            throw e is InvalidDataException ? e : Wrong($"can't be restored: {e.Message}", e);
        }
    }

    private void Read(StateMessageReader message)
    {
        CarriedReader? core = null;
        while (message.Next() is { } section)
        {
            StateTracker? tracker = Array.Find(_trackers, t => t.Member == section.Name);
            if (section.Kind == StateSectionKind.Core)
            {
                core = ReadCore(section.Image);
            }
            else if (tracker is not null)
            {
                ReadTracked(section.Kind, tracker, section.Image);
            }
            else if (_codec.Unknown == UnknownMembers.Refuse)
            {
                throw Wrong($"this version has no member '{section.Name}', and its class refuses unknown members");
            }
        }

        if (message.Kind == StateMessageKind.Ahead)
        {
            return;
        }

        if (core is null)
        {
            throw Wrong("is damaged (it has no members)");
        }

        if (_trackers.FirstOrDefault(static t => t.Required && !t.HasStage) is { } missing)
        {
            throw Wrong($"the member '{missing.Member}' is required and is not in it");
        }

        core.Commit();
        foreach (StateTracker tracker in _trackers)
        {
            tracker.Commit();
        }
    }

    private CarriedReader ReadCore(ReadOnlyMemory<byte> image)
    {
        var reader = new CarriedReader(StateImage.Parse(_codec.StateName, image));
        reader.ReadInto(_codec, _target);
        reader.Finish();
        return reader;
    }

    private void ReadTracked(StateSectionKind kind, StateTracker tracker, ReadOnlyMemory<byte> image)
    {
        if (kind == StateSectionKind.Begin)
        {
            tracker.OpenStage();
            return;
        }

        var reader = new CarriedReader(StateImage.Parse(_codec.StateName, image), tracker.Member);
        if (kind == StateSectionKind.Slice)
        {
            tracker.ReadSlice(reader);
        }
        else
        {
            tracker.ReadChanges(reader);
        }

        reader.Finish();
        reader.Commit();
    }

    private void WriteCore(StateMessageWriter message)
    {
        CarriedWriter writer = message.NewImage();
        writer.WriteReference(_target, _codec);
        message.Section(StateSectionKind.Core, "", writer.ToImage());
    }

    private static void WriteAll(StateMessageWriter message, StateTracker tracker, bool ahead)
    {
        message.Section(StateSectionKind.Begin, tracker.Member, default);
        foreach (ReadOnlyMemory<byte> slice in tracker.Slices(message.NewImage, EntriesPerSlice, ahead))
        {
            message.Section(StateSectionKind.Slice, tracker.Member, slice);
        }
    }

    private static void WriteChanges(StateMessageWriter message, StateTracker tracker, bool take)
    {
        CarriedWriter writer = message.NewImage();
        tracker.WriteChanges(writer, take);
        message.Section(StateSectionKind.Changes, tracker.Member, writer.ToImage());
    }

    private void MustTrack()
    {
        if (!SupportsDelta)
        {
            throw new NotSupportedException($"state '{_codec.StateName}' has no member that tracks changes");
        }
    }

    private InvalidDataException Wrong(string what, Exception? inner = null) => new($"state '{_codec.StateName}': {what}", inner);
}
