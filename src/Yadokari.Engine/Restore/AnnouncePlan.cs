using System.Text;
using System.Text.Json;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Socket;

namespace Yadokari.Engine.Restore;

/// <summary>
/// The part of a plan that tells the daemon of whoever executes the file, if one runs, that a job is back: one request over its
/// unix socket, made while the job runs already. Which daemon that is, the resumer's environment says, as for every command
/// (YADO_HOME, else what root or the user's state directory has). Where none answers, or one of another user who is not root,
/// nothing happens.
/// </summary>
public static class AnnouncePlan
{
    private const int StreamOfOwn = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK;
    private const int AddressLength = 110; // struct sockaddr_un
    private const int PathRoom = 108;
    private const byte PatienceSeconds = 5;

    /// <summary>Bit of the resumer's flags: told also by one whose process is held at first.</summary>
    public const int Flag = 2;

    /// <summary>The variables that say where a daemon is.</summary>
    public static IReadOnlyList<string> Variables { get; } = ["YADO_HOME", "XDG_STATE_HOME", "HOME"];

    /// <summary>Executed by the job's parent when the job runs.</summary>
    public static void Emit(PlanContext context)
    {
        if (context.Tree.Origin.JobName is not { } name)
        {
            return;
        }

        PlanBuilder plan = context.Plan;
        PlanLabel tell = new("tell the daemon");
        PlanLabel done = new("told");
        Slot wanted = plan.NewSlot();
        plan.JumpIf(WellKnownSlots.Control, Condition.Less, 0, tell);
        plan.Do(OperationKind.And, wanted, WellKnownSlots.Flags, Flag);
        plan.JumpIf(wanted, Condition.Equal, 0, done);
        plan.Place(tell);

        byte[] family = new byte[AddressLength + 2];
        family[0] = AF_UNIX;
        DataReference address = plan.Bytes(family, "{AF_UNIX, the daemon's socket}");
        FindSocket(plan, address, done);

        byte[] request = Request(name, context.Image.Attributes.Pid, context.Tree.Origin.Mailbox);
        Slot socket = plan.NewSlot();
        PlanLabel nobody = new("no daemon");
        plan.CallOrJump(socket, done, SystemCall.Socket, AF_UNIX, StreamOfOwn, 0);
        plan.CallOrJump(null, nobody, SystemCall.Connect, socket, address, AddressLength);
        RequireOwner(plan, socket, nobody);
        plan.Try(null, SystemCall.Write, socket, plan.Bytes(request, "\"POST …\""), request.Length);

        // A connection that is closed before its answer is a request withdrawn.
        byte[] patience = new byte[16];
        patience[0] = PatienceSeconds;
        plan.Try(null, SystemCall.Ppoll, GuardPlan.Poll(plan, socket), 1, plan.Bytes(patience, $"{{{PatienceSeconds} s}}"), 0, 0);
        plan.Place(nobody);
        plan.Try(null, SystemCall.Close, socket);
        plan.Place(done);
    }

    /// <summary>Names of jobs are told to root's daemon and to the own user's, and to nobody else who listens at that path (unix(7)).</summary>
    private static void RequireOwner(PlanBuilder plan, Slot socket, PlanLabel stranger)
    {
        const int length = 12; // struct ucred
        DataReference credentials = plan.Room(16, "{ucred}");
        Slot user = plan.NewSlot();
        Slot own = plan.NewSlot();
        PlanLabel trusted = new("a daemon of root or the own user");
        plan.CallOrJump(
            null,
            stranger,
            SystemCall.Getsockopt,
            socket,
            SOL_SOCKET,
            Argument.Named(SO_PEERCRED, "SO_PEERCRED"),
            credentials,
            plan.Bytes([length, 0, 0, 0, 0, 0, 0, 0], $"[{length}]"));
        plan.Do(OperationKind.Load32, user, Argument.AddressOf(credentials, 4));
        plan.JumpIf(user, Condition.Equal, 0, trusted);
        plan.Try(own, SystemCall.Geteuid);
        plan.JumpIf(user, Condition.NotEqual, own, stranger);
        plan.Place(trusted);
    }

    /// <summary>As src/Yadokari.Daemon/Hosting/HomeDirectory.cs chooses it.</summary>
    private static void FindSocket(PlanBuilder plan, DataReference address, PlanLabel none)
    {
        PlanLabel found = new("found the socket");
        Slot cursor = plan.NewSlot();
        Slot user = plan.NewSlot();
        plan.Do(OperationKind.Add, cursor, address, 2);
        FromVariable(plan, cursor, Variables[0], "/daemon.sock", found);
        plan.Try(user, SystemCall.Geteuid);
        PlanLabel ordinary = new("not root");
        plan.JumpIf(user, Condition.NotEqual, 0, ordinary);
        Append(plan, cursor, "/var/lib/yadokari/daemon.sock");
        plan.Jump(found);
        plan.Place(ordinary);
        FromVariable(plan, cursor, Variables[1], "/yadokari/daemon.sock", found);
        FromVariable(plan, cursor, Variables[2], "/.local/state/yadokari/daemon.sock", found);
        plan.Jump(none);
        plan.Place(found);
    }

    /// <summary>Writes the value of a variable and what stands behind it, and goes on at the label; falls through when it is not
    /// set, or empty, or too long for a socket's path.</summary>
    private static void FromVariable(PlanBuilder plan, Slot cursor, string variable, string rest, PlanLabel found)
    {
        DataReference wanted = plan.Text(variable + "=");
        int wantedLength = variable.Length + 1;
        Slot place = plan.NewSlot();
        Slot entry = plan.NewSlot();
        Slot same = plan.NewSlot();
        Slot end = plan.NewSlot();
        PlanLabel nextEntry = new("next variable");
        PlanLabel value = new("value");
        PlanLabel nextByte = new("next byte");
        PlanLabel whole = new("whole value");
        PlanLabel unset = new($"no {variable}");

        plan.Set(place, WellKnownSlots.Environment);
        plan.Place(nextEntry);
        plan.Do(OperationKind.Load64, entry, place);
        plan.JumpIf(entry, Condition.Equal, 0, unset);
        plan.Do(OperationKind.MemoryEqual, same, entry, wanted, wantedLength);
        plan.JumpIf(same, Condition.Equal, 1, value);
        plan.Do(OperationKind.Add, place, place, 8);
        plan.Jump(nextEntry);

        plan.Place(value);
        plan.Do(OperationKind.Add, entry, entry, wantedLength);
        plan.Set(end, entry);
        plan.Place(nextByte);
        plan.Do(OperationKind.MemoryEqual, same, end, plan.Text(""), 1);
        plan.JumpIf(same, Condition.Equal, 1, whole);
        plan.Do(OperationKind.Add, end, end, 1);
        plan.Jump(nextByte);
        plan.Place(whole);
        plan.Do(OperationKind.Subtract, end, end, entry);
        plan.JumpIf(end, Condition.Equal, 0, unset);
        plan.JumpIf(end, Condition.GreaterOrEqual, PathRoom - rest.Length, unset);
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), entry, end);
        Append(plan, cursor, rest);
        plan.Jump(found);
        plan.Place(unset);
    }

    private static void Append(PlanBuilder plan, Slot cursor, string text) =>
        plan.Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), plan.Text(text), text.Length + 1);

    private static byte[] Request(string name, int pid, ulong? mailbox)
    {
        string body = $"{{\"process\":{pid},\"name\":\"{JsonEncodedText.Encode(name)}\"{(mailbox is { } place ? $",\"mailbox\":{place}" : "")}}}";
        return Encoding.UTF8.GetBytes(
            $"POST /v1/program/resumed HTTP/1.1\r\nHost: yado\r\nContent-Type: application/json\r\nContent-Length: {Encoding.UTF8.GetByteCount(body)}\r\nConnection: close\r\n\r\n{body}");
    }
}
