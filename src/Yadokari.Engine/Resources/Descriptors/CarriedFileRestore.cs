using Yadokari.Engine.Restore;
using Yadokari.Linux;

namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>The files that travel inside the context file: made and filled together with the memory that may map them,
/// and given their modes and seals when all descriptions are open.</summary>
internal sealed class CarriedFileRestore(PlanBuilder plan, DescriptorTableImage table, DescriptorRestorePlace place)
{
    private const int AddSealsCommand = 1033;

    private readonly HashSet<int> taken = [];

    /// <summary>True the first time: the description that the file was made with may become one of the job's.</summary>
    public bool TryTake(int id) => taken.Add(id);

    public Slot Slot(int id)
    {
        foreach (CarriedFileImage file in table.Files)
        {
            if (file.Id == id)
            {
                return place.File(file);
            }
        }

        throw new EngineException(EngineError.BadContextFile, $"the image has no carried file {id}");
    }

    /// <summary>Modes and seals, which would stand in the way before; then the passing descriptors go.</summary>
    public void Finish()
    {
        foreach (CarriedFileImage file in table.Files)
        {
            Slot slot = place.File(file);
            plan.Call($"set the mode of {file.Name}", SystemCall.Fchmod, slot, file.Mode);
            if (file.Seals is > 0)
            {
                plan.Call($"seal {file.Name}", SystemCall.Fcntl, slot, AddSealsCommand, file.Seals.Value);
            }

            plan.Call(null, SystemCall.Close, slot);
        }
    }
}
