# make run     builds what is missing and runs the daemon in the foreground
# make test    builds what is missing and runs the checks and the tests; T=tests/worker for just those
# make format  puts the Python sources into the form that the checks ask for
# make bench   measures, beside the floor and Jupyter
# make soak    kills every process in turn under load; ARGUMENTS="--minutes 60" for how long
# make foreign runs Sage's own examples as cells, beside Sage's own doctest machinery
# SAGE=no leaves Sage out; LOCK=no installs what fits instead of what etc/*.lock names, by its hashes; SAGEWS_DATA, SAGEWS_PORT and SAGEWS_PREFIX choose the data folder, the port and the place of environments.

SAGE ?= yes
LOCK ?= yes
T ?= tests
ARGUMENTS ?=
export PYTHONDONTWRITEBYTECODE = 1

.PHONY: run test check bench soak foreign format

run:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK)) && exec "$$python" scripts/launch.py "$$built" run $(ARGUMENTS)

test:
	@python=$$(sh scripts/python.sh chromium) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK) --tests) && exec "$$python" scripts/launch.py "$$built" test $(T)

check:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK) --tests) && exec "$$python" scripts/launch.py "$$built" check

format:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK) --tests) && exec "$$python" scripts/launch.py "$$built" format

bench:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK) --bench) && exec "$$python" scripts/launch.py "$$built" bench $(ARGUMENTS)

soak:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --sage=$(SAGE) --lock=$(LOCK) --tests) && exec "$$python" scripts/launch.py "$$built" soak $(ARGUMENTS)

foreign:
	@python=$$(sh scripts/python.sh) && built=$$("$$python" scripts/bootstrap.py --lock=$(LOCK) --tests) && exec "$$python" scripts/launch.py "$$built" foreign $(ARGUMENTS)
