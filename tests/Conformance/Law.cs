using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Yadokari.Conformance;

/// <summary>Puts a program under the law: before = after, whatever lies between.</summary>
internal static class Law
{
    /// <summary>The program passes where it is: else it says nothing about a move.</summary>
    public static void Unmoved(string name) => Carry(name, uid: null, static (_, _) => { });

    /// <summary>The program is moved <paramref name="hops"/> times.</summary>
    public static void Moved(string name, int hops, uint? uid) => Carry(name, uid, (journey, program) =>
    {
        for (int hop = 1; hop <= hops; hop++)
        {
            AwaitSleep(journey, program);
            if (program.Words.Contains("stopped"))
            {
                MoveStopped(journey);
                continue;
            }

            journey.Hop();
            if (program.Polls)
            {
                journey.Answer();
            }
        }
    });

    /// <summary>The program is moved many times, and nothing grows on the way.</summary>
    public static void MovedFar(string name, int hops, uint? uid) => Carry(name, uid, (journey, _) =>
    {
        Footprint? first = null;
        long size = 0;
        long smallest = long.MaxValue;
        int most = 0;
        int fewest = int.MaxValue;
        for (int hop = 1; hop <= hops; hop++)
        {
            journey.Hop();
            journey.Answer();
            Footprint now = Footprint.Of(journey);
            first ??= now;

            // What a process had in common since a fork with another than its parent made it again is its own behind the first move.
            size = hop == 2 ? now.FileSize : size;

            // Where threads were caught makes one file some pages larger than the next; what grows, grows in all of them.
            smallest = hop > hops / 2 ? Math.Min(smallest, now.FileSize) : smallest;

            // Around a fork the kernel splits a mapping and joins it again, and a program may be caught between two of its own: what is
            // left behind by each move is in all of the later ones.
            most = hop <= 3 ? Math.Max(most, now.Mappings) : most;
            fewest = hop > hops / 2 ? Math.Min(fewest, now.Mappings) : fewest;
        }

        Footprint last = Footprint.Of(journey);
        last.Descriptors.ShouldBe(first!.Descriptors, $"descriptors after {hops} hops");
        fewest.ShouldBeLessThanOrEqualTo(most, $"mappings after {hops} hops");
        // Some pages of stack and heap are touched on the way.
        (smallest - size).ShouldBeLessThanOrEqualTo(16 * 4096, $"growth of the context file after {hops} hops, the second of {size}: {first} → {last}");
    });

    /// <summary>The program, which does something else all the time, is moved very often: what is there at its quietest does not grow.</summary>
    public static void MovedUnderTorture(string name, int hops, uint? uid) => Carry(name, uid, (journey, _) =>
    {
        List<Footprint> seen = [];
        for (int hop = 1; hop <= hops; hop++)
        {
            journey.Hop();
            journey.Answer();
            seen.Add(Footprint.Of(journey));
            File.Delete(journey.ContextFile);
        }

        (List<Footprint> early, List<Footprint> late) = (seen[..(hops / 2)], seen[(hops / 2)..]);
        late.Min(one => one.Descriptors).ShouldBeLessThanOrEqualTo(early.Max(one => one.Descriptors), $"descriptors after {hops} hops");
        late.Min(one => one.Mappings).ShouldBeLessThanOrEqualTo(early.Max(one => one.Mappings), $"mappings after {hops} hops");
        late.Min(one => one.FileSize).ShouldBeLessThanOrEqualTo(early.Max(one => one.FileSize), $"size of the context file after {hops} hops");
    });

    /// <summary>The program is moved to a host with pids of its own and another uptime, and back.</summary>
    public static void ThereAndBack(string name) => Carry(name, uid: null, (journey, program) =>
    {
        AwaitSleep(journey, program);
        journey.Save();
        journey.ResumeOnAnotherHost();
        if (program.Polls)
        {
            journey.Answer();
            journey.Hop();
            journey.Answer();
        }
    });

    /// <summary>The program is killed after its context file was saved, and brought back from that.</summary>
    public static void BroughtBack(string name, uint? uid) => Carry(name, uid, (journey, _) =>
    {
        journey.SaveAndRunOn();
        journey.Kill();
        journey.Resume();
        journey.Answer();
    });

    /// <summary>A context file is saved while the program runs on, and the program notices nothing.</summary>
    public static void SavedWhileRunning(string name, uint? uid) => Carry(name, uid, (journey, program) =>
    {
        AwaitSleep(journey, program);
        journey.SaveAndRunOn();
        if (program.Polls)
        {
            journey.Answer();
        }
    });

    /// <summary>The program can't be moved: the tool says why, leaves no file, and the program lives on unharmed.</summary>
    public static void Refused(string name, uint? uid) => Carry(name, uid, static (journey, program) =>
    {
        (Ending ending, string said) = journey.TryToSave();
        ending.ShouldBe(program.Refusal, $"the tool said: {said}");
        foreach (string obstacle in program.Obstacles)
        {
            said.Split('\n').ShouldContain(
                line => Regex.IsMatch(line, obstacle, RegexOptions.IgnoreCase), $"no line names {obstacle}: {said}");
        }

        File.Exists(journey.ContextFile).ShouldBeFalse("a refused checkpoint leaves no file");
        journey.Answer();
    }, folder: "obstacles");

    private static void Carry(string name, uint? uid, Action<Journey, LawProgram> between, string folder = "")
    {
        LawProgram program = LawProgram.Named(name, folder);
        Skip.If(program.NeedsRoot && (uid is not null || !Environment.IsPrivilegedProcess), "needs root");
        using Scene scene = new(name, uid);
        string copy = scene.Compiled(name);
        using Journey journey = Journey.Start(
            scene,
            [copy, "an argument"],
            program.Leader,
            new Dictionary<string, string> { ["PATH"] = "/usr/bin:/bin", ["LAW_WORD"] = "kept" });
        journey.Await("ready");
        if (!scene.Has("ready"))
        {
            Ending early = journey.Wait();
            Skip.If(early.IsSkip, scene.Transcript);
            throw new ShouldAssertException($"{name} ended before it was ready: {early}\n{scene.Transcript}");
        }

        between(journey, program);
        scene.Create("go");
        Ending ending = journey.Wait();
        Skip.If(ending.IsSkip, scene.Transcript);
        ending.ShouldBe(program.Expected, $"{program.Sentence}\n{scene.Transcript}");
    }

    private static void AwaitSleep(Journey journey, LawProgram program)
    {
        if (program.Words.Contains("blocked"))
        {
            Until.Holds(
                () => journey.IsOver || ProcessTable.States(journey.Pid).All(state => state == 'S'),
                () => "every thread to sleep");
        }
    }

    private static void MoveStopped(Journey journey)
    {
        ProcessTable.Signal(journey.Pid, "STOP");
        Until.Holds(() => ProcessTable.States(journey.Pid).All(state => state == 'T'), () => "the process to stop");
        journey.Hop();
        journey.Find();
        Until.Holds(
            () => journey.IsOver || ProcessTable.States(journey.Pid) is { Length: > 0 } states && states.All(state => state == 'T'),
            () => $"the process to be stopped as it was before; its threads: {ProcessTable.States(journey.Pid)}");
        ProcessTable.Signal(journey.Pid, "CONT");
    }
}
