using Shouldly;
using Xunit;
using Yadokari.Engine.Capture;

namespace Yadokari.Engine.Tests.Capture;

public class PendingStopsTests
{
    private const int Hangup = 1;
    private const int Stop = 19;
    private const int TerminalStop = 20;

    [Fact]
    public void A_stop_that_came_during_the_freeze_makes_a_stopped_process()
    {
        PendingStops stops = PendingStops.Of(false, [[Of(Hangup)], [Of(Stop)]]);
        stops.Stopped.ShouldBeTrue();
        stops.Others([Of(Stop), Of(Hangup)]).ShouldHaveSingleItem()[0].ShouldBe((byte)Hangup);
    }

    [Fact]
    public void A_stopped_process_gets_no_second_stop()
    {
        PendingStops stops = PendingStops.Of(true, [[Of(Stop), Of(TerminalStop), Of(Hangup)]]);
        stops.Others([Of(Stop), Of(TerminalStop), Of(Hangup)]).ShouldHaveSingleItem()[0].ShouldBe((byte)Hangup);
    }

    [Fact]
    public void A_blocked_stop_of_the_terminal_stays_pending()
    {
        PendingStops stops = PendingStops.Of(false, [[Of(TerminalStop)]]);
        stops.Stopped.ShouldBeFalse();
        stops.Others([Of(TerminalStop)]).Count.ShouldBe(1);
    }

    private static byte[] Of(int signal)
    {
        byte[] bytes = new byte[128];
        bytes[0] = (byte)signal;
        return bytes;
    }
}
