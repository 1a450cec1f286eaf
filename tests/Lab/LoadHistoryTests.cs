using System.Buffers.Binary;
using System.Globalization;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Yadokari.LabTests;

/// <summary>The load of weeks, as in figure 1 of the 1991 paper: fed here, since nobody waits for 500 hours.</summary>
public sealed class LoadHistoryTests(TwoHosts hosts) : IClassFixture<TwoHosts>
{
    private const int Places = 28 * 24 * 60;
    private const int Length = 56;

    [Fact]
    public void Five_hundred_hours_are_a_curve_for_each_host_with_clock_times()
    {
        long now = DateTimeOffset.UtcNow.ToUnixTimeSeconds() / 60;
        foreach (string host in (string[])["h1", "h2"])
        {
            // A daemon that was stopped for two days in between, and busy by day.
            Feed(Path.Combine(hosts.LabDirectory, host, "home", ".yado", "load.minutes"), now, minute =>
                minute < now - (300 * 60) && minute > now - (348 * 60) ? null : (minute / 60 % 24 is > 8 and < 18 ? 2.5 : 0.2) + (host == "h2" ? 0.5 : 0));
        }
        string drawing = hosts.File_("weeks.svg");

        hosts.YadoOn("h1", "hosts", "--history", drawing, "--last", "500h").Succeeds().Output.ShouldContain("2 hosts");

        XElement svg = XDocument.Load(drawing).Root!;
        string[] texts = [.. svg.Descendants().Where(e => e.Name.LocalName == "text").Select(e => e.Value)];
        texts.ShouldContain("h1");
        texts.ShouldContain("h2");
        texts.Count(t => DateTime.TryParseExact(t, "MMM d", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)).ShouldBeInRange(4, 10);
        // Two runs for each host: before and after the gap.
        svg.Descendants().Count(e => e.Name.LocalName == "polygon").ShouldBe(4);

        hosts.YadoOn("h1", "hosts", "--history", drawing, "--last", "673h").Refuses(2, "--last", "672h");
        hosts.YadoOn("h1", "hosts", "--history", drawing, "--last", "5h", "--seconds", "9").Refuses(2, "--last", "--seconds");
    }

    private static void Feed(string file, long now, Func<long, double?> load)
    {
        byte[] bytes = new byte[Places * Length];
        for (long minute = now - Places + 1; minute < now; minute++)
        {
            if (load(minute) is not { } value)
            {
                continue;
            }
            Span<byte> record = bytes.AsSpan((int)(minute % Places) * Length, Length);
            BinaryPrimitives.WriteInt64LittleEndian(record, minute);
            BinaryPrimitives.WriteDoubleLittleEndian(record[8..], value);
            BinaryPrimitives.WriteInt32LittleEndian(record[40..], 1);
            uint hash = 2166136261;
            foreach (byte one in record[..52])
            {
                hash = (hash ^ one) * 16777619;
            }
            BinaryPrimitives.WriteUInt32LittleEndian(record[52..], hash);
        }
        File.WriteAllBytes(file, bytes);
    }
}
