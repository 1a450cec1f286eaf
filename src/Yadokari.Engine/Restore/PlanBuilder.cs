using Yadokari.Linux;

namespace Yadokari.Engine.Restore;

/// <summary>Collects the operations and data of a plan. Not thread-safe. Order of calls is the order of execution.</summary>
/// <param name="maxLength">Bytes that operations and data may have together: what an image from outside makes of itself is
/// given up when it is more than its file holds.</param>
public sealed class PlanBuilder(long maxLength = long.MaxValue)
{
    private readonly List<Operation> _operations = [];
    private readonly MemoryStream _data = new();
    private readonly Dictionary<string, DataReference> _strings = [];
    private Operation? _sharedMap;
    private bool _sharedGiven;
    private int _nextSlot = WellKnownSlots.FirstFree;
    private int _counters;
    private int _gates;

    public IReadOnlyList<Operation> Operations => _operations;

    /// <summary>A new variable. Slots number k and k+1 taken in turn are neighbours in memory.</summary>
    public Slot NewSlot() => new(_nextSlot++);

    /// <summary>The address of a new 32-bit counter, 0 at first, that all processes and threads of the plan share. Whoever fails
    /// opens it: who waits for it looks at the error word.</summary>
    public Argument NewCounter(string name) => Argument.InShared(SharedLayout.Counters + (_counters++ * SharedLayout.Line), name);

    /// <summary>As <see cref="NewCounter"/>, but a failure does not open it: who waits there is ended by another.</summary>
    public Argument NewGate(string name) => Argument.Gate(_gates++, name);

    /// <summary>Maps the pages of counters and gates, and of the job's end: once, before the first fork.</summary>
    public void MapShared()
    {
        Call("shared pages", SystemCall.Mmap, Argument.InShared(0, "shared"), 0, 3, Argument.Named(0x31, "MAP_SHARED|MAP_ANONYMOUS|MAP_FIXED"), -1, 0);
        _sharedMap = _operations[^1];
    }

    /// <summary>The pages of counters and gates are there when the plan is entered, made by another one.</summary>
    public void TakeShared() => _sharedGiven = true;

    /// <summary>A zero-terminated name, or text in UTF-8; equal ones are stored once.</summary>
    public DataReference Text(string text)
    {
        if (!_strings.TryGetValue(text, out DataReference? reference))
        {
            reference = Add(KernelText.EncodeTerminated(text), 1, $"\"{KernelText.Show(text)}\"");
            _strings.Add(text, reference);
        }

        return reference;
    }

    /// <summary>Waits, also in a thread that is borrowed: not by a sleep, after which the kernel does not know for how long the program's own was
    /// to last (restart_block).</summary>
    public void Pause(int nanoseconds)
    {
        DataReference time = Room(16, "{pause}");
        // What is left of it is written back.
        Do(OperationKind.Store64, null, Argument.AddressOf(time, 8), nanoseconds);
        Try(null, SystemCall.Ppoll, 0, 0, time, 0, sizeof(ulong));
    }

    /// <summary>What is said when an operation fails: names in it are those of files anywhere, and it goes to a terminal.</summary>
    public DataReference Message(string text) => Text(PlainText.Of(text));

    /// <summary>Bytes at an address that is a multiple of 16 (64 on demand). May be written by the plan at resume.</summary>
    public DataReference Bytes(ReadOnlySpan<byte> bytes, string text = "{…}", int alignment = 16) => Add(bytes, alignment, text);

    /// <summary>Zeroed room that calls fill.</summary>
    public DataReference Room(int length, string text = "buffer") => Add(new byte[length], 16, text);

    /// <summary>Places a label before the next operation.</summary>
    public void Place(PlanLabel label) => label.Position = _operations.Count;

    public Operation Add(Operation operation)
    {
        _operations.Add(operation);
        RequireRoom();
        return operation;
    }

    /// <summary>A system call whose failure ends the resume with a message.</summary>
    /// <param name="message">"open /data/in": the error's text is put behind it.</param>
    public void Call(string? message, SystemCall call, params ReadOnlySpan<Argument> arguments) =>
        Add(new Operation { Kind = OperationKind.Call, Number = (int)call, Arguments = arguments.ToArray(), Message = Message(message ?? call.ToString().ToLowerInvariant()) });

    /// <summary>As <see cref="Call"/>, keeping the result.</summary>
    public Slot CallResult(string? message, SystemCall call, params ReadOnlySpan<Argument> arguments)
    {
        Slot result = NewSlot();
        CallInto(result, message, call, arguments);
        return result;
    }

    /// <summary>As <see cref="Call"/>, the result into a slot that exists.</summary>
    public void CallInto(Slot result, string? message, SystemCall call, params ReadOnlySpan<Argument> arguments) =>
        Add(new Operation { Kind = OperationKind.Call, Number = (int)call, Arguments = arguments.ToArray(), Result = result, Message = Message(message ?? call.ToString().ToLowerInvariant()) });

    /// <summary>A system call whose failure does not matter; the result slot (may be null) gets -errno.</summary>
    public void Try(Slot? result, SystemCall call, params ReadOnlySpan<Argument> arguments) =>
        Add(new Operation { Kind = OperationKind.Call, Number = (int)call, Arguments = arguments.ToArray(), Result = result, OnError = OnError.Ignore });

    /// <summary>A system call that goes on at the label when it fails.</summary>
    public void CallOrJump(Slot? result, PlanLabel onError, SystemCall call, params ReadOnlySpan<Argument> arguments) =>
        Add(new Operation { Kind = OperationKind.Call, Number = (int)call, Arguments = arguments.ToArray(), Result = result, OnError = OnError.Jump, Target = onError });

    public void Jump(PlanLabel target) => Add(new Operation { Kind = OperationKind.Jump, Target = target });

    public void JumpIf(Argument left, Condition condition, Argument right, PlanLabel target) =>
        Add(new Operation { Kind = OperationKind.JumpIf, Number = (int)condition, Arguments = [left, right], Target = target });

    public void Fail(string message, int exitStatus) =>
        Add(new Operation { Kind = OperationKind.Fail, Number = exitStatus, Message = Message(message) });

    /// <summary>An operation of the interpreter that is no system call.</summary>
    public void Do(OperationKind kind, Slot? result, params ReadOnlySpan<Argument> arguments) =>
        Add(new Operation { Kind = kind, Result = result, Arguments = arguments.ToArray() });

    /// <summary>Sets a variable.</summary>
    public void Set(Slot slot, Argument value) => Do(OperationKind.Add, slot, value, 0);

    /// <summary>Writes the path that leads to a descriptor of one's own, <c>/proc/self/fd/N</c>.</summary>
    /// <param name="path">Where to; room for 40 bytes.</param>
    /// <param name="cursor">Used meanwhile.</param>
    public void DescriptorPath(Argument path, Slot cursor, Slot descriptor)
    {
        DataReference prefix = Text("/proc/self/fd/");
        Set(cursor, path);
        Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), prefix, prefix.Length - 1);
        Do(OperationKind.AppendDecimal, null, Argument.AddressOf(cursor), descriptor);
        Do(OperationKind.AppendBytes, null, Argument.AddressOf(cursor), Text(""), 1);
    }

    public RestorePlan Build()
    {
        int length = SharedLayout.LengthOf(_counters + _gates);
        if (_sharedGiven)
        {
            return new RestorePlan([.. _operations], _data.ToArray(), _nextSlot, _counters, length);
        }

        if (_sharedMap is null)
        {
            return _counters + _gates == 0
                ? new RestorePlan([.. _operations], _data.ToArray(), _nextSlot, _counters, 0)
                : throw new InvalidOperationException("a plan with counters that maps no shared pages");
        }

        _sharedMap.Arguments[1] = length;
        return new RestorePlan([.. _operations], _data.ToArray(), _nextSlot, _counters, length);
    }

    private DataReference Add(ReadOnlySpan<byte> bytes, int alignment, string text)
    {
        while (_data.Position % alignment != 0)
        {
            _data.WriteByte(0);
        }

        DataReference reference = new((int)_data.Position, bytes.Length, text);
        _data.Write(bytes);
        RequireRoom();
        return reference;
    }

    private void RequireRoom()
    {
        if (((long)_operations.Count * RegionLayout.OperationLength) + _data.Length > maxLength)
        {
            throw new EngineException(EngineError.Failed, $"the restore plan has more than {maxLength} bytes");
        }
    }
}
