using System.Threading.Channels;
using Yadokari.Cli.Figures;
using Yadokari.Protocol.Client;
using Yadokari.Protocol.Errors;

namespace Yadokari.Cli.Top;

/// <summary>Brings keys, pictures and outcomes together, one after the other, and draws what comes of them.</summary>
/// <param name="seconds">How far back the curves go.</param>
public sealed class TopLoop(YadoClient daemon, int seconds)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Channel<Func<TopScreen, (TopScreen, TopWish?)>> _news = Channel.CreateUnbounded<Func<TopScreen, (TopScreen, TopWish?)>>();
    private readonly TopActs _acts = new(daemon);

    /// <summary>Until somebody leaves, or it is cancelled.</summary>
    /// <exception cref="YadoException">There never was a picture.</exception>
    public async Task RunAsync(bool colours, CancellationToken cancel)
    {
        // Before the screen is taken: who can't be asked at all is told of in one line.
        TopScreen screen = new TopScreen().Seen(await ClusterPicture.TakeAsync(daemon, seconds, cancel));
        using CancellationTokenSource over = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        using TopTerminal terminal = new(colours, () => _news.Writer.TryWrite(s => (s, null)));
        Task looking = LookAsync(over.Token);
        Thread keys = new(() => terminal.ReadKeys(key => _news.Writer.TryWrite(s => TopKeys.Press(s, key)))) { IsBackground = true, Name = "keys" };
        keys.Start();
        try
        {
            terminal.Show((width, height) => TopView.Draw(screen, width, height));
            await foreach (Func<TopScreen, (TopScreen, TopWish?)> news in _news.Reader.ReadAllAsync(over.Token))
            {
                (screen, TopWish? wish) = news(screen);
                if (wish?.Act == TopAct.Leave)
                {
                    return;
                }

                if (wish is not null)
                {
                    screen = Begin(screen, wish, over.Token);
                }

                if (!_news.Reader.TryPeek(out _))
                {
                    terminal.Show((width, height) => TopView.Draw(screen, width, height));
                }
            }
        }
        finally
        {
            await over.CancelAsync();
            await looking;
        }
    }

    private TopScreen Begin(TopScreen screen, TopWish wish, CancellationToken cancel)
    {
        bool changes = TopActs.Changes(wish.Act);
        _ = Task.Run(
            async () =>
            {
                Func<TopScreen, TopScreen> outcome = await _acts.DoAsync(wish, cancel);
                _news.Writer.TryWrite(s => (outcome(changes ? s with { UnderWay = s.UnderWay - 1 } : s), null));
            },
            cancel).ContinueWith(
                failed => _news.Writer.TryComplete(failed.Exception!.InnerException), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return changes ? screen.Told(TopActs.Promise(wish)) with { UnderWay = screen.UnderWay + 1 } : screen;
    }

    /// <summary>A picture a second, and what a panel shows once more.</summary>
    private async Task LookAsync(CancellationToken cancel)
    {
        try
        {
            while (true)
            {
                await Task.Delay(Interval, cancel);
                try
                {
                    ClusterPicture picture = await ClusterPicture.TakeAsync(daemon, seconds, cancel);
                    _news.Writer.TryWrite(s => (s.Seen(picture), s.Panel?.Shows is { Act: not TopAct.Foresee } shown ? shown : null));
                }
                catch (YadoException failure)
                {
                    // It may be on its way up again; what was seen last stays.
                    _news.Writer.TryWrite(s => (s with { Silence = failure.Message }, null));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end.
        }
        catch (Exception failure)
        {
            _news.Writer.TryComplete(failure);
        }
    }
}
