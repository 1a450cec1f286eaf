namespace Yadokari.Scheduling.Choosing;

/// <summary>No such policy or setting, or a value out of range. The message is one line for the user.</summary>
public sealed class PolicyChoiceException(string message) : Exception(message);
