using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Makes the files that travel inside the context file again.</summary>
internal sealed class CarriedFileRestore(PlanBuilder plan, DescriptorTableImage table, DescriptorRestorePlace place, RestoreTools tools)
{
    private const uint CloseOnExec = 1;         // MFD_CLOEXEC
    private const uint AllowSealing = 2;        // MFD_ALLOW_SEALING
    private const int TemporaryFile = 0x410000; // O_TMPFILE
    private const int ReadWriteCloseOnExec = 0x80002;
    private const int AddSealsCommand = 1033;

    private readonly Dictionary<int, Slot> slots = [];

    public Slot Slot(int id) => slots.TryGetValue(id, out Slot slot)
        ? slot
        : throw new EngineException(EngineError.BadContextFile, $"the image has no carried file {id}");

    public Slot? Find(ulong device, ulong inode)
    {
        foreach (CarriedFileImage file in table.Files)
        {
            if (file.Device == device && file.Inode == inode)
            {
                return Slot(file.Id);
            }
        }

        return null;
    }

    public void Create()
    {
        Slot offset = plan.NewSlot(), left = plan.NewSlot(), sent = plan.NewSlot();
        foreach (CarriedFileImage file in table.Files)
        {
            Slot slot = plan.NewSlot();
            slots.Add(file.Id, slot);
            Make(file, slot);
            if (file.Size > 0)
            {
                plan.Call($"make {file.Name} {file.Size} bytes long", SystemCall.Ftruncate, slot, file.Size);
            }

            foreach (StoredRun run in place.Content(file.Id))
            {
                Fill(file, slot, run, offset, left, sent);
            }
        }
    }

    /// <summary>Modes and seals, which would stand in the way before; then the passing descriptors go.</summary>
    public void Finish()
    {
        foreach (CarriedFileImage file in table.Files)
        {
            Slot slot = Slot(file.Id);
            plan.Call($"set the mode of {file.Name}", SystemCall.Fchmod, slot, file.Mode);
            if (file.Seals is > 0)
            {
                plan.Call($"seal {file.Name}", SystemCall.Fcntl, slot, AddSealsCommand, file.Seals.Value);
            }

            plan.Call(null, SystemCall.Close, slot);
        }
    }

    private void Make(CarriedFileImage file, Slot slot)
    {
        string memoryName = file.Kind == CarriedFileKind.MemoryFile ? file.Name : Path.GetFileName(file.Name);
        if (file.Kind == CarriedFileKind.MemoryFile)
        {
            uint flags = CloseOnExec | (file.Seals is null ? 0 : AllowSealing);
            plan.CallInto(tools.Raw, $"memfd_create {file.Name}", SystemCall.Memfd_create, plan.Text(memoryName), flags);
        }
        else
        {
            // Where it was; in memory where that directory is missing, read-only, or can't do it.
            PlanLabel inMemory = new("in-memory"), made = new("made");
            plan.CallOrJump(tools.Raw, inMemory, SystemCall.Open, plan.Text(Path.GetDirectoryName(file.Name) ?? "/"),
                TemporaryFile | ReadWriteCloseOnExec, 0x180);
            plan.Jump(made);
            plan.Place(inMemory);
            plan.CallInto(tools.Raw, $"memfd_create {file.Name}", SystemCall.Memfd_create, plan.Text(memoryName), CloseOnExec);
            plan.Place(made);
        }

        tools.Lift(tools.Raw, slot);
    }

    private void Fill(CarriedFileImage file, Slot slot, StoredRun run, Slot offset, Slot left, Slot sent)
    {
        PlanLabel again = new("fill"), goesOn = new("filled");
        plan.Call($"fill {file.Name}", SystemCall.Lseek, slot, run.FileOffset, 0);
        plan.Set(offset, run.ContextOffset);
        plan.Set(left, run.Length);
        plan.Place(again);
        plan.CallInto(sent, $"fill {file.Name}", SystemCall.Sendfile, slot, place.ContextFile, Argument.AddressOf(offset), left);
        plan.JumpIf(sent, Condition.NotEqual, 0, goesOn);
        plan.Fail($"fill {file.Name}: the context file ends early", 1);
        plan.Place(goesOn);
        plan.Do(OperationKind.Subtract, left, left, sent);
        plan.JumpIf(left, Condition.NotEqual, 0, again);
    }
}
