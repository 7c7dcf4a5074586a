"""Faults: what an instructor makes happen. Each is data, with one short text form (`text_form`)."""

from smtplab.lab.faults.fault import Fault, Forced, Scope, Way, What, When
from smtplab.lab.faults.faults import Faults
from smtplab.lab.faults.in_words import fault_in_words
from smtplab.lab.faults.text_form import FaultError, read_fault

__all__ = ["Fault", "FaultError", "Faults", "Forced", "Scope", "Way", "What", "When",
           "fault_in_words", "read_fault"]
