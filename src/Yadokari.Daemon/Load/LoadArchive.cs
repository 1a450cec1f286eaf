using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Load;

/// <summary>
/// The means of each minute of some weeks, in one file that never grows: a minute's place in it is its number modulo the count
/// of places. What stands there of another minute is older, or damaged, and is no part of the history. Used by one writer at a time;
/// readers may read beside it.
/// <code>
/// minute i64 · run queue f64 · cpu f64 · memory i64 · pressures f32 f32 (NaN: not told) · jobs i32 · owner i32 · zero u32 · checksum u32
/// </code>
/// </summary>
public sealed class LoadArchive(string path, int minutes)
{
    private const int RecordLength = 56;
    private const int ChecksumOffset = 52;
    private const long Minute = 60_000;

    /// <summary>Writes the mean of a minute.</summary>
    /// <exception cref="IOException">It can't be written.</exception>
    public void Put(LoadSample mean)
    {
        long minute = mean.At / Minute;
        Span<byte> record = stackalloc byte[RecordLength];
        record.Clear();
        BinaryPrimitives.WriteInt64LittleEndian(record, minute);
        BinaryPrimitives.WriteDoubleLittleEndian(record[8..], mean.RunQueue);
        BinaryPrimitives.WriteDoubleLittleEndian(record[16..], mean.CpuUse);
        BinaryPrimitives.WriteInt64LittleEndian(record[24..], mean.MemoryAvailable);
        BinaryPrimitives.WriteSingleLittleEndian(record[32..], (float)(mean.CpuPressure ?? double.NaN));
        BinaryPrimitives.WriteSingleLittleEndian(record[36..], (float)(mean.MemoryPressure ?? double.NaN));
        BinaryPrimitives.WriteInt32LittleEndian(record[40..], mean.Jobs);
        BinaryPrimitives.WriteInt32LittleEndian(record[44..], mean.OwnerPresent ? 1 : 0);
        BinaryPrimitives.WriteUInt32LittleEndian(record[ChecksumOffset..], Checksum(record[..ChecksumOffset]));
        FileStreamOptions options = new()
        {
            Mode = FileMode.OpenOrCreate,
            Access = FileAccess.Write,
            Share = FileShare.ReadWrite,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            BufferSize = 0,
        };
        using FileStream file = new(path, options);
        RandomAccess.Write(file.SafeFileHandle, record, minute % minutes * RecordLength);
    }

    /// <summary>Minutes that began after a moment and ended before another, oldest first. Empty when there is no file, or none
    /// that can be read.</summary>
    /// <param name="after">Unix time, milliseconds.</param>
    /// <param name="before">Unix time, milliseconds.</param>
    public IReadOnlyList<LoadSample> Between(long after, long before)
    {
        byte[] bytes;
        try
        {
            using SafeFileHandle file = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
            // Never more than the file may have, whatever stands behind it.
            bytes = new byte[Math.Min(RandomAccess.GetLength(file), (long)minutes * RecordLength)];
            int length = 0;
            for (int got; length < bytes.Length && (got = RandomAccess.Read(file, bytes.AsSpan(length), length)) > 0;)
            {
                length += got;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return [];
        }
        List<LoadSample> found = [];
        for (int at = 0; at + RecordLength <= bytes.Length; at += RecordLength)
        {
            ReadOnlySpan<byte> record = bytes.AsSpan(at, RecordLength);
            long minute = BinaryPrimitives.ReadInt64LittleEndian(record);
            if (minute <= 0 || minute * Minute <= after || (minute + 1) * Minute > before || minute % minutes * RecordLength != at
                || BinaryPrimitives.ReadUInt32LittleEndian(record[ChecksumOffset..]) != Checksum(record[..ChecksumOffset]))
            {
                continue;
            }
            found.Add(Read(record, minute));
        }
        found.Sort((left, right) => left.At.CompareTo(right.At));
        return found;
    }

    private static LoadSample Read(ReadOnlySpan<byte> record, long minute) => new(
        minute * Minute,
        BinaryPrimitives.ReadDoubleLittleEndian(record[8..]),
        BinaryPrimitives.ReadDoubleLittleEndian(record[16..]),
        BinaryPrimitives.ReadInt64LittleEndian(record[24..]),
        BinaryPrimitives.ReadInt32LittleEndian(record[40..]),
        BinaryPrimitives.ReadInt32LittleEndian(record[44..]) != 0,
        Told(BinaryPrimitives.ReadSingleLittleEndian(record[32..])),
        Told(BinaryPrimitives.ReadSingleLittleEndian(record[36..])));

    /// <summary>FNV-1a: against a record that is written in part only.</summary>
    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        uint hash = 2166136261;
        foreach (byte one in bytes)
        {
            hash = (hash ^ one) * 16777619;
        }
        return hash;
    }

    private static double? Told(float value) => float.IsNaN(value) ? null : value;
}
