using Yadokari.Engine.Resources.Memory;
using Yadokari.Engine.Restore;
using Yadokari.Linux;
using static Yadokari.Linux.Abi.Fcntl;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The files that travel inside the context file: made and filled together with the memory that may map them,
/// and given their modes and seals when all descriptions are open.</summary>
internal sealed class CarriedFileRestore(PlanBuilder plan, DescriptorTableImage table, DescriptorRestorePlace place)
{
    private readonly HashSet<int> _taken = [];
    private readonly Dictionary<int, CarriedFileImage> _byId = table.Files.DistinctBy(file => file.Id).ToDictionary(file => file.Id);

    /// <summary>True the first time: the description that the file was made with may become one of the job's.</summary>
    public bool TryTake(int id) => !place.IsCommon(File(id)) && _taken.Add(id);

    public Slot Slot(int id) => place.File(File(id));

    /// <summary>Its mode may forbid its own user what was opened before: it comes last.</summary>
    public void AllowOpening(int id)
    {
        const uint readWrite = 0x180; // 0600
        CarriedFileImage file = File(id);
        if ((file.Mode & readWrite) != readWrite && file.Kind != CarriedFileKind.Travelling)
        {
            plan.Call($"set the mode of {file.Name}", SystemCall.Fchmod, place.File(file), readWrite);
        }
    }

    private CarriedFileImage File(int id) =>
        _byId.GetValueOrDefault(id) ?? throw new EngineException(EngineError.BadContextFile, $"the image has no carried file {id}");

    /// <summary>After the gate, and as the job's user: files that travel get their names.</summary>
    public void GiveNames()
    {
        HashSet<int> named = [];
        foreach (DescriptorImage image in table.Descriptions)
        {
            if (image is not CarriedFileDescriptorImage { Travels: true } carried)
            {
                continue;
            }

            (Slot found, string path) = (place.Found(File(carried.FileId)), File(carried.FileId).Name);
            if (named.Add(carried.FileId))
            {
                TravellingFileRestore.GiveName(plan, found, path, image.Numbers[0].Number);
            }

            OpenByName(carried, found, path);
        }
    }

    /// <summary>The kernel goes on calling a descriptor by what its file was made as: open it by its name, if that can be.</summary>
    private void OpenByName(CarriedFileDescriptorImage image, Slot found, string path)
    {
        const int openFlags = 0x145c03; // access, O_APPEND, O_NONBLOCK, O_SYNC, O_DIRECT, O_NOATIME: as it is open already
        PlanLabel done = new("opened by name");
        Slot opened = plan.NewSlot();
        plan.JumpIf(found, Condition.Equal, TravellingFileRestore.IsThere, done);
        plan.CallOrJump(opened, done, SystemCall.Open, plan.Text(path), (image.Flags & openFlags) | O_NOCTTY | O_CLOEXEC, 0);
        plan.Try(null, SystemCall.Lseek, opened, image.Offset, 0);
        foreach (DescriptorNumber number in image.Numbers)
        {
            plan.Try(null, SystemCall.Dup3, opened, number.Number, number.CloseOnExec ? O_CLOEXEC : 0);
        }

        plan.Call(null, SystemCall.Close, opened);
        int first = image.Numbers[0].Number;
        if (image.Owner != 0 || image.Signal != 0 || (image.Flags & O_ASYNC) != 0)
        {
            plan.Try(null, SystemCall.Fcntl, first, F_SETOWN, image.Owner);
            plan.Try(null, SystemCall.Fcntl, first, F_SETSIG, image.Signal);
            plan.Try(null, SystemCall.Fcntl, first, F_SETFL, image.Flags & (O_ASYNC | 0xc00));
        }

        plan.Place(done);
    }

    /// <summary>Owners, times, modes and seals, which would stand in the way before; then the passing descriptors go.</summary>
    public void Finish()
    {
        foreach (CarriedFileImage file in table.Files.Where(file => !place.IsCommon(file)))
        {
            Slot slot = place.File(file);
            if (file.Kind != CarriedFileKind.Travelling)
            {
                RestoreTools.Own(plan, file.Owner, slot);
                SetTimes(file, slot);
                plan.Call($"set the mode of {file.Name}", SystemCall.Fchmod, slot, file.Mode);
            }

            if (file.Seals is > 0)
            {
                plan.Call($"seal {file.Name}", SystemCall.Fcntl, slot, F_ADD_SEALS, file.Seals.Value);
            }

            plan.Call(null, SystemCall.Close, slot);
        }
    }

    private void SetTimes(CarriedFileImage file, Slot slot)
    {
        const long second = 1_000_000_000;
        if (file.ModifiedNanoseconds > 0)
        {
            // struct timespec of the last access, then of the last modification.
            byte[] times = new byte[32];
            BitConverter.TryWriteBytes(times, file.AccessedNanoseconds / second);
            BitConverter.TryWriteBytes(times.AsSpan(8), file.AccessedNanoseconds % second);
            BitConverter.TryWriteBytes(times.AsSpan(16), file.ModifiedNanoseconds / second);
            BitConverter.TryWriteBytes(times.AsSpan(24), file.ModifiedNanoseconds % second);
            plan.Call($"set the times of {file.Name}", SystemCall.Utimensat, slot, 0, plan.Bytes(times), 0);
        }
    }
}
