# Everything is done by Python, so that it works the same without make: python3 -m smtplab lab
PYTHON ?= python3

.PHONY: lab test bench
lab test bench:
	$(PYTHON) -m smtplab $@ $(ARGS)
