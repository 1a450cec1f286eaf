using Shouldly;
using Xunit;
using Yadokari.Daemon.Load;
using Yadokari.Linux.Descriptors;
using Yadokari.Protocol.Hosts;

namespace Yadokari.Daemon.Tests.Load;

/// <summary>How load is read, damped and remembered.</summary>
public sealed class LoadTests
{
    [Theory]
    [InlineData("some avg10=81.06 avg60=73.04 avg300=40.41 total=178548142\nfull avg10=0.00 avg60=0.00 avg300=0.00 total=0\n", 81.06)]
    [InlineData("some avg10=0.00 avg60=0.00", 0.0)]
    [InlineData("", null)]
    [InlineData("full avg10=3.00", null)]
    public void Pressure_is_the_share_of_the_last_ten_seconds(string text, double? expected) => Pressure.Parse(text).ShouldBe(expected);

    [Fact]
    public void Pressure_of_a_kernel_without_it_is_unknown() => Pressure.Read("no-such-resource").ShouldBeNull();

    [Fact]
    public void The_ring_keeps_the_newest_in_order()
    {
        LoadRing ring = new(5);
        for (int at = 1; at <= 12; at++)
        {
            ring.Add(Sample(at, at));
        }

        ring.Since(0).Select(s => s.At).ShouldBe([8, 9, 10, 11, 12]);
        ring.Since(10).Select(s => s.At).ShouldBe([11, 12]);
    }

    [Fact]
    public void More_samples_than_asked_for_become_means_of_spans_and_a_gap_stays_one()
    {
        LoadSample[] samples = [.. Enumerable.Range(1, 10).Where(at => at is not (5 or 6)).Select(at => Sample(at, at))];

        IReadOnlyList<LoadSample> means = LoadMeans.InSpans(samples, 1, 11, 5);

        means.Select(s => s.RunQueue).ShouldBe([1.5, 3.5, 7.5, 9.5]);
        means.Select(s => s.At).ShouldBe([2, 4, 8, 10]);
        LoadMeans.InSpans(samples, 1, 11, 8).ShouldBe(samples);
    }

    [Fact]
    public void A_process_belongs_to_the_nearest_job_above_it()
    {
        ProcessScan scan = new(new Dictionary<int, int>(), new Dictionary<int, ulong>(), new Dictionary<int, int>
        {
            [10] = 1,
            [11] = 10,
            [12] = 11,
            [20] = 12,
            [21] = 20,
            [30] = 1,
            [40] = 41,
            [41] = 40,
        });

        scan.OwnersAmong(new HashSet<int> { 10, 20 }).OrderBy(p => p.Key).ShouldBe(
            new Dictionary<int, int> { [10] = 10, [11] = 10, [12] = 10, [20] = 20, [21] = 20 });
    }

    [Fact]
    public void A_scan_finds_who_runs()
    {
        using System.Diagnostics.Process busy = System.Diagnostics.Process.Start("/bin/sh", ["-c", "while :; do :; done"]);
        using System.Diagnostics.Process idle = System.Diagnostics.Process.Start("/bin/sleep", ["1000"]);
        try
        {
            SpinWait.SpinUntil(() => ProcessScan.Take(before: null) is { } scan
                && scan.Runnable.GetValueOrDefault(busy.Id) == 1 && !scan.Runnable.ContainsKey(idle.Id) && scan.CpuTicks.GetValueOrDefault(busy.Id) > 0
                && scan.Parents.GetValueOrDefault(idle.Id) == Environment.ProcessId, TimeSpan.FromMinutes(1)).ShouldBeTrue();
        }
        finally
        {
            busy.Kill();
            idle.Kill();
        }
    }

    /// <summary>Also where it looks at the threads of those only that have used time since the last look.</summary>
    [Fact]
    public void A_thread_that_runs_is_found_beside_a_main_thread_that_sleeps()
    {
        const string program = "import threading, time\nprint(1, flush=True)\nthreading.Thread(target=lambda: [None for _ in iter(int, 1)], daemon=True).start()\ntime.sleep(1000)";
        using System.Diagnostics.Process busy = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("/usr/bin/python3", ["-c", program]))!;
        try
        {
            ProcessScan? before = null;
            SpinWait.SpinUntil(
                () =>
                {
                    ProcessScan scan = ProcessScan.Take(before);
                    bool found = before is not null && before.CpuTicks.ContainsKey(busy.Id) && scan.Runnable.GetValueOrDefault(busy.Id) == 1;
                    before = scan;
                    return found;
                },
                TimeSpan.FromMinutes(1)).ShouldBeTrue();
        }
        finally
        {
            busy.Kill();
        }
    }

    /// <summary>Its keys are typed by somebody who sits elsewhere.</summary>
    [Fact]
    public void The_terminal_of_a_job_does_not_tell_of_the_owner()
    {
        (Microsoft.Win32.SafeHandles.SafeFileHandle master, Microsoft.Win32.SafeHandles.SafeFileHandle slave) = TerminalPair.Create();
        using (master)
        using (slave)
        {
            int all = OwnerWatch.LastInputs(new HashSet<ulong>()).Count;

            OwnerWatch.LastInputs(new HashSet<ulong> { FileStatus.Of(slave).RawDevice }).Count.ShouldBe(all - 1);
        }
    }

    private static LoadSample Sample(long at, double queue) => new(at, queue, 1, 1, 1, false, null, null);
}
