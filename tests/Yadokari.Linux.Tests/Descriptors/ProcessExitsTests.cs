using System.Diagnostics;
using Shouldly;
using Yadokari.Linux.Descriptors;

namespace Yadokari.Linux.Tests.Descriptors;

public class ProcessExitsTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Each_wait_completes_with_its_own_process()
    {
        using ProcessExits exits = new();
        using Process first = Process.Start("sleep", "1000");
        using Process second = Process.Start("sleep", "1000");
        Task firstGone = exits.WaitAsync(first.Id, CancellationToken.None);
        Task secondGone = exits.WaitAsync(second.Id, CancellationToken.None);
        second.Kill();
        await secondGone.WaitAsync(Soon);
        firstGone.IsCompleted.ShouldBeFalse();
        first.Kill();
        await firstGone.WaitAsync(Soon);
    }

    [Fact]
    public async Task Whoever_still_waits_when_it_is_disposed_is_told()
    {
        using Process process = Process.Start("sleep", "1000");
        ProcessExits exits = new();
        Task gone = exits.WaitAsync(process.Id, CancellationToken.None);
        exits.Dispose();
        await Should.ThrowAsync<OperationCanceledException>(() => gone.WaitAsync(Soon));
        process.Kill();
    }
}
