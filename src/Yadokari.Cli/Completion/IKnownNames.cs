namespace Yadokari.Cli.Completion;

/// <summary>Names that are known only where something runs.</summary>
public interface IKnownNames
{
    /// <param name="over">True: those that are over; false: those that are not; null: all.</param>
    IEnumerable<Candidate> Jobs(bool? over);

    IEnumerable<Candidate> Hosts();
}
