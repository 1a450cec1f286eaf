using System.Buffers;

namespace Yadokari.Rpc.State;

/// <summary>
/// A part of a server that moves with it: the interface that the runtime moves it by. The generator implements it for
/// a <c>partial</c> class with <c>[Carried]</c> members; by hand it can be implemented as well. Register it with
/// <c>AddCarried</c>. The order of calls, source on the left:
/// <code>
/// SaveAhead (calls run on)            ──▶  Restore
/// SaveRound (calls run on), some times ──▶  RestoreRound
/// SaveDelta (no call runs)            ──▶  RestoreDelta, then the target serves
/// StopTracking, when the move is given up
/// </code>
/// Without <see cref="SupportsDelta"/> it is <see cref="Save"/> while no call runs, then <see cref="Restore"/>.
/// </summary>
public interface ICarriedState
{
    /// <summary>Stable, one of its kind in a server; at most 256 characters.</summary>
    string Name { get; }

    /// <summary>Version of what <see cref="Save"/> writes.</summary>
    int Version { get; }

    /// <summary>It can be saved ahead while calls run, with the changes since then under the pause.</summary>
    bool SupportsDelta { get; }

    /// <summary>Writes all of it. No call runs meanwhile.</summary>
    void Save(IBufferWriter<byte> destination);

    /// <summary>
    /// Begins to track changes and writes all of it while calls run on other threads. What changes meanwhile may be
    /// in it or not; <see cref="SaveDelta"/> has it in any case. May be called again: tracking begins anew.
    /// </summary>
    /// <exception cref="NotSupportedException">There is no <see cref="SupportsDelta"/>.</exception>
    void SaveAhead(IBufferWriter<byte> destination);

    /// <summary>It has <see cref="SaveRound"/>; without, <see cref="SaveDelta"/> has all changes.</summary>
    bool SupportsRounds => false;

    /// <summary>
    /// A round before the pause: writes what has changed since <see cref="SaveAhead"/> or the last round, while calls run on
    /// other threads. Sending a large state takes time, in which much changes: a few rounds leave little for
    /// <see cref="SaveDelta"/>, which has only what no round wrote. Each must arrive, or the copy begins anew.
    /// </summary>
    /// <exception cref="NotSupportedException">There is no <see cref="SupportsRounds"/>.</exception>
    void SaveRound(IBufferWriter<byte> destination) => throw new NotSupportedException($"state '{Name}' has no rounds");

    /// <summary>Writes what has changed since <see cref="SaveAhead"/> began, or since the last round. No call runs meanwhile. Tracking goes on.</summary>
    /// <exception cref="NotSupportedException">There is no <see cref="SupportsDelta"/>.</exception>
    void SaveDelta(IBufferWriter<byte> destination);

    /// <summary>Replaces all of it by what <see cref="Save"/> or <see cref="SaveAhead"/> wrote. Nobody calls meanwhile.</summary>
    /// <param name="version">The <see cref="Version"/> of who wrote it.</param>
    /// <exception cref="InvalidDataException">It does not fit this version; one line for the user. The move is given up.</exception>
    void Restore(ReadOnlyMemory<byte> saved, int version);

    /// <summary>Applies what <see cref="SaveRound"/> wrote, after <see cref="Restore"/>; <see cref="RestoreDelta"/> follows in any case.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Restore"/>.</exception>
    void RestoreRound(ReadOnlyMemory<byte> round, int version) => RestoreDelta(round, version);

    /// <summary>Applies what <see cref="SaveDelta"/> wrote, after <see cref="Restore"/>.</summary>
    /// <exception cref="InvalidDataException">As <see cref="Restore"/>.</exception>
    void RestoreDelta(ReadOnlyMemory<byte> delta, int version);

    /// <summary>The move is over or given up: changes need not be tracked any more.</summary>
    void StopTracking();
}
