namespace Yadokari.Engine.Resources.Descriptors;

/// <summary>Every open file description of a process, and what several of them share.</summary>
public sealed record DescriptorTableImage
{
    public required IReadOnlyList<DescriptorImage> Descriptions { get; init; }

    public required IReadOnlyList<PipeImage> Pipes { get; init; }

    public required IReadOnlyList<CarriedFileImage> Files { get; init; }

    /// <summary>Pseudoterminals of the job, by ascending number: of the whole job's table only.</summary>
    public IReadOnlyList<PseudoTerminalImage> Terminals { get; init; } = [];

    /// <summary>Which of the job's descriptions the working directory is, when that is removed; null: it has a path.</summary>
    public int? WorkingDirectory { get; init; }

    /// <summary>The highest descriptor number; −1 for none.</summary>
    public int HighestNumber()
    {
        int highest = -1;
        foreach (DescriptorImage description in Descriptions)
        {
            foreach (DescriptorNumber number in description.Numbers)
            {
                highest = Math.Max(highest, number.Number);
            }
        }

        return highest;
    }
}
