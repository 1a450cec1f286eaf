using System.Buffers.Binary;
using System.Collections;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Yadokari.Rpc.State.Coding;

/// <summary>The codecs that generated code is put together from: values without parts.</summary>
public static partial class Codecs
{
    /// <summary>Text, exactly.</summary>
    public static Codec<string> Text { get; } = Of<string>(static (w, v) => w.WriteText(v), static r => r.ReadText()!);

    /// <summary>A truth value.</summary>
    public static Codec<bool> Boolean { get; } = Of(static (w, v) => w.WriteBoolean(v), static r => r.ReadBoolean());

    /// <summary>8 bits.</summary>
    public static Codec<byte> Byte { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (byte)r.ReadInteger(byte.MinValue, byte.MaxValue));

    /// <summary>8 bits with sign.</summary>
    public static Codec<sbyte> SByte { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (sbyte)r.ReadInteger(sbyte.MinValue, sbyte.MaxValue));

    /// <summary>16 bits with sign.</summary>
    public static Codec<short> Int16 { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (short)r.ReadInteger(short.MinValue, short.MaxValue));

    /// <summary>16 bits.</summary>
    public static Codec<ushort> UInt16 { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (ushort)r.ReadInteger(ushort.MinValue, ushort.MaxValue));

    /// <summary>32 bits with sign.</summary>
    public static Codec<int> Int32 { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (int)r.ReadInteger(int.MinValue, int.MaxValue));

    /// <summary>32 bits.</summary>
    public static Codec<uint> UInt32 { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (uint)r.ReadInteger(uint.MinValue, uint.MaxValue));

    /// <summary>64 bits with sign.</summary>
    public static Codec<long> Int64 { get; } = Of(static (w, v) => w.WriteInteger(v), static r => r.ReadInteger(long.MinValue, long.MaxValue));

    /// <summary>64 bits.</summary>
    public static Codec<ulong> UInt64 { get; } = Of(static (w, v) => w.WriteUnsigned(v), static r => r.ReadUnsigned());

    /// <summary>One UTF-16 unit.</summary>
    public static Codec<char> Char { get; } = Of(static (w, v) => w.WriteInteger(v), static r => (char)r.ReadInteger(char.MinValue, char.MaxValue));

    /// <summary>A number of 32 bits.</summary>
    public static Codec<float> Single { get; } = Of(static (w, v) => w.WriteSingle(v), static r => r.ReadSingle());

    /// <summary>A number of 64 bits.</summary>
    public static Codec<double> Double { get; } = Of(static (w, v) => w.WriteDouble(v), static r => r.ReadDouble());

    /// <summary>A number of 16 bits, as its bits.</summary>
    public static Codec<Half> Half { get; } = Mapped(Int16, static (Half v) => BitConverter.HalfToInt16Bits(v), BitConverter.Int16BitsToHalf);

    /// <summary>A decimal number with its scale.</summary>
    public static Codec<decimal> Decimal { get; } = Of(WriteDecimal, ReadDecimal);

    /// <summary>128 bits with sign.</summary>
    public static Codec<Int128> Int128 { get; } = Mapped(
        Text, static (Int128 v) => v.ToString(CultureInfo.InvariantCulture), static t => System.Int128.Parse(t, CultureInfo.InvariantCulture));

    /// <summary>128 bits.</summary>
    public static Codec<UInt128> UInt128 { get; } = Mapped(
        Text, static (UInt128 v) => v.ToString(CultureInfo.InvariantCulture), static t => System.UInt128.Parse(t, CultureInfo.InvariantCulture));

    /// <summary>A whole number of any size.</summary>
    public static Codec<BigInteger> BigInteger { get; } = Of(
        static (w, v) => w.WriteBytes(v.ToByteArray()), static r => new BigInteger(r.ReadBytes()));

    /// <summary>16 bytes.</summary>
    public static Codec<Guid> Guid { get; } = Of(static (w, v) => w.WriteBytes(v.ToByteArray()), static r => new Guid(r.ReadBytes(16)));

    /// <summary>Ticks and kind.</summary>
    public static Codec<DateTime> DateTime { get; } = Of(
        static (w, v) => WriteTicks(w, v.Ticks, (short)v.Kind), static r => ReadTicks(r, static (ticks, kind) => new DateTime(ticks, (DateTimeKind)kind)));

    /// <summary>Ticks and offset in minutes.</summary>
    public static Codec<DateTimeOffset> DateTimeOffset { get; } = Of(
        static (w, v) => WriteTicks(w, v.Ticks, (short)v.TotalOffsetMinutes),
        static r => ReadTicks(r, static (ticks, minutes) => new DateTimeOffset(ticks, System.TimeSpan.FromMinutes(minutes))));

    /// <summary>Ticks.</summary>
    public static Codec<TimeSpan> TimeSpan { get; } = Mapped(Int64, static (TimeSpan v) => v.Ticks, static t => new TimeSpan(t));

    /// <summary>The number of the day.</summary>
    public static Codec<DateOnly> DateOnly { get; } = Mapped(Int32, static (DateOnly v) => v.DayNumber, System.DateOnly.FromDayNumber);

    /// <summary>Ticks of the day.</summary>
    public static Codec<TimeOnly> TimeOnly { get; } = Mapped(Int64, static (TimeOnly v) => v.Ticks, static t => new TimeOnly(t));

    /// <summary>A Unicode scalar value.</summary>
    public static Codec<Rune> Rune { get; } = Mapped(Int32, static (Rune v) => v.Value, static t => new Rune(t));

    /// <summary>As it was written.</summary>
    public static Codec<Uri> Uri { get; } = Mapped(
        Text, static (Uri v) => v?.OriginalString!, static t => t is null ? null! : new Uri(t, UriKind.RelativeOrAbsolute));

    /// <summary>As text.</summary>
    public static Codec<Version> Version { get; } = Mapped(
        Text, static (Version v) => v?.ToString()!, static t => t is null ? null! : System.Version.Parse(t));

    /// <summary>As text.</summary>
    public static Codec<IPAddress> IPAddress { get; } = Mapped(
        Text, static (IPAddress v) => v?.ToString()!, static t => t is null ? null! : System.Net.IPAddress.Parse(t));

    /// <summary>As its JSON text.</summary>
    public static Codec<JsonElement> JsonElement { get; } = Mapped(
        Text, static (JsonElement v) => v.ValueKind == JsonValueKind.Undefined ? null! : v.GetRawText(), static t => t is null ? default : ParseJson(t));

    /// <summary>As its JSON text.</summary>
    public static Codec<JsonNode> JsonNode { get; } = Mapped(
        Text, static (JsonNode v) => v?.ToJsonString()!, static t => t is null ? null! : System.Text.Json.Nodes.JsonNode.Parse(t)!);

    /// <summary>As its JSON text.</summary>
    public static Codec<JsonObject> JsonObject { get; } = Mapped(
        Text, static (JsonObject v) => v?.ToJsonString()!, static t => t is null ? null! : System.Text.Json.Nodes.JsonNode.Parse(t)!.AsObject());

    /// <summary>As its JSON text.</summary>
    public static Codec<JsonArray> JsonArray { get; } = Mapped(
        Text, static (JsonArray v) => v?.ToJsonString()!, static t => t is null ? null! : System.Text.Json.Nodes.JsonNode.Parse(t)!.AsArray());

    /// <summary>Bytes, carried by reference as all arrays.</summary>
    public static ReferenceCodec<byte[]> Bytes { get; } = new BytesCodec();

    /// <summary>Text that grows.</summary>
    public static ReferenceCodec<StringBuilder> StringBuilder { get; } = new StringBuilderCodec();

    /// <summary>Bits.</summary>
    public static ReferenceCodec<BitArray> BitArray { get; } = new BitArrayCodec();

    /// <summary>A value that is carried as another one: an enum as its number.</summary>
    public static Codec<T> Mapped<T, TCarried>(Codec<TCarried> carried, Func<T, TCarried> to, Func<TCarried, T> from) =>
        new MappedCodec<T, TCarried>(carried, to, from);

    /// <summary>A value or null.</summary>
    public static Codec<T?> Nullable<T>(Codec<T> inner)
        where T : struct => new NullableCodec<T>(inner);

    private static ScalarCodec<T> Of<T>(Action<CarriedWriter, T> write, Func<CarriedReader, T> read) => new(write, read);

    private static void WriteDecimal(CarriedWriter writer, decimal value)
    {
        Span<int> parts = stackalloc int[4];
        decimal.GetBits(value, parts);
        Span<byte> bytes = stackalloc byte[16];
        for (int i = 0; i < 4; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], parts[i]);
        }

        writer.WriteBytes(bytes);
    }

    private static decimal ReadDecimal(CarriedReader reader)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(16);
        Span<int> parts = stackalloc int[4];
        for (int i = 0; i < 4; i++)
        {
            parts[i] = BinaryPrimitives.ReadInt32LittleEndian(bytes[(4 * i)..]);
        }

        try
        {
            return new decimal(parts);
        }
        catch (ArgumentException)
        {
            throw reader.Wrong("is no decimal number");
        }
    }

    private static void WriteTicks(CarriedWriter writer, long ticks, short more)
    {
        Span<byte> bytes = stackalloc byte[10];
        BinaryPrimitives.WriteInt64LittleEndian(bytes, ticks);
        BinaryPrimitives.WriteInt16LittleEndian(bytes[8..], more);
        writer.WriteBytes(bytes);
    }

    private static T ReadTicks<T>(CarriedReader reader, Func<long, short, T> make)
    {
        ReadOnlySpan<byte> bytes = reader.ReadBytes(10);
        try
        {
            return make(BinaryPrimitives.ReadInt64LittleEndian(bytes), BinaryPrimitives.ReadInt16LittleEndian(bytes[8..]));
        }
        catch (ArgumentException)
        {
            throw reader.Wrong("is no time");
        }
    }

    private static JsonElement ParseJson(string text)
    {
        using JsonDocument document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
